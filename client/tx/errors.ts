import { UserError, errorText } from "../errors/index.ts";

/** CheckTx refused it: nothing was spent. */
export class TxRefused extends UserError {
  override readonly name: string = "TxRefused";
  readonly codespace: string;
  readonly abciCode: number;
  readonly log: string;

  constructor(codespace: string, abciCode: number, log: string) {
    super("E3101", errorText("E3101", { codespace, code: abciCode, text: log }));
    this.codespace = codespace;
    this.abciCode = abciCode;
    this.log = log;
  }
}

/** Accepted, but not seen in a block in time: it may still come. */
export class TxNotFound extends UserError {
  override readonly name: string = "TxNotFound";
  readonly hash: string;

  constructor(hash: string, waitedMs: number) {
    super("E3102", errorText("E3102", { hash, seconds: waitedMs / 1000 }));
    this.hash = hash;
  }
}

/** In a block, but its messages failed: the fee and the sequence are spent, nothing else. */
export class TxFailed extends UserError {
  override readonly name: string = "TxFailed";
  readonly codespace: string;
  readonly abciCode: number;
  readonly log: string;
  readonly hash: string;

  constructor(hash: string, codespace: string, abciCode: number, log: string) {
    super("E3103", errorText("E3103", { hash, codespace, code: abciCode, text: log }));
    this.codespace = codespace;
    this.abciCode = abciCode;
    this.log = log;
    this.hash = hash;
  }
}
