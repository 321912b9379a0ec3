import { StoreError } from "../../core/store/errors.ts";

/** Codes of the durable store; CONVENTIONS 5.1. A code is never reused. */
export const dbCodes = {
  locked: "E1402",
  appHashDiffers: "E1403",
  damaged: "E1419",
  otherChain: "E1420",
  outOfOrder: "E1408",
  writeFailed: "E1409",
  heightNotKept: "E1410",
  otherLayout: "E1411",
} as const;

type DbFault = {
  readonly what: string;
  readonly where: string;
  readonly fix: readonly string[];
};

/** Ends the process: says what is wrong, in which file, and what an operator can do. */
export class DbError extends StoreError {
  override readonly name: string = "DbError";
  readonly code: string;
  readonly where: string;
  readonly fix: readonly string[];

  constructor(fault: keyof typeof dbCodes, { what, where, fix }: DbFault, cause?: unknown) {
    super(`${what} (${where})`, cause === undefined ? {} : { cause });
    this.code = dbCodes[fault];
    this.where = where;
    this.fix = fix;
  }
}

/** Advice for damage. */
export const rollbackFix = [
  "restore the home from a backup",
  "or remove the app's folder of data/: CometBFT still has the blocks and replays them",
];
