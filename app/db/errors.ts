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
  unusable: "E1431",
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

/** Runs what only prepares: a refusal of the machine becomes one that says what to do, and nothing is lost by it. */
export function orUnusable<T>(dir: string, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (!(cause instanceof Error) || cause instanceof StoreError || code === undefined) throw cause;
    const fault = { what: `the state folder cannot be used: ${cause.message}`, where: dir };
    const fix = [adviceOf[code] ?? "repair the disk", "then start again: nothing was lost"];
    throw new DbError("unusable", { ...fault, fix }, cause);
  }
}

const adviceOf: Readonly<Record<string, string>> = {
  ENOSPC: "make room on the disk",
  EDQUOT: "make room on the disk",
  EROFS: "mount the disk for writing",
  EACCES: "give the folder to the user that runs the node",
  EPERM: "give the folder to the user that runs the node",
};

/** Advice where there is no block to go back to. */
export const anewFix = [
  "restore the home from a backup",
  "or remove the app's folder of data/: CometBFT still has the blocks and replays them",
];

/** Advice for damage. */
export const rollbackFix = [
  "assay rollback                       (to the last block that reads well; CometBFT replays what follows)",
  ...anewFix,
];
