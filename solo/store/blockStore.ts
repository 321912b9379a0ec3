import { ResponseFinalizeBlock } from "cosmjs-types/tendermint/abci/types";
import { Block } from "cosmjs-types/tendermint/types/block";
import { Commit } from "cosmjs-types/tendermint/types/types";
import type { ChainStatus, MadeBlock } from "../chain/blocks.ts";
import { withId } from "../chain/blocks.ts";
import { AppendLog, recordKinds, type LogRecord, type RecordKind } from "./log.ts";
import { decodeStatus, encodeStatus } from "./statusJson.ts";

/** Blocks, results and the status after each block, in the order in which CometBFT keeps them. */
export class BlockStore {
  readonly #log: AppendLog;
  /** Offsets by kind and height; a later record of the same height stands for the earlier one. */
  readonly #offsets = new Map<RecordKind, Map<bigint, number>>();
  #height = 0n;
  #base = 0n;
  #status: ChainStatus | undefined;

  constructor(path: string) {
    this.#log = new AppendLog(path);
    for (const record of this.#log.records()) {
      this.#note(record);
      if (record.kind === recordKinds.status) this.#status = decodeStatus(record.body);
    }
  }

  /** Height of the last block, 0 while there is none; of the first block kept. */
  get height(): bigint {
    return this.#height;
  }

  get base(): bigint {
    return this.#base;
  }

  /** After the last block that was executed; undefined before InitChain. */
  get status(): ChainStatus | undefined {
    return this.#status;
  }

  /** The block and the commit that decided it are on the disk when this returns. */
  saveBlock({ bytes, header }: MadeBlock, commit: Commit): void {
    this.#note(this.#log.append(recordKinds.block, header.height, bytes));
    this.saveCommit(commit);
    this.#log.sync();
  }

  saveCommit(commit: Commit): void {
    const body = Commit.encode(commit).finish();
    this.#note(this.#log.append(recordKinds.commit, commit.height, body));
  }

  saveResult(height: bigint, result: ResponseFinalizeBlock): void {
    const body = ResponseFinalizeBlock.encode(result).finish();
    this.#note(this.#log.append(recordKinds.result, height, body));
    this.#log.sync();
  }

  saveStatus(status: ChainStatus): void {
    this.#note(this.#log.append(recordKinds.status, status.height, encodeStatus(status)));
    this.#status = status;
  }

  block(height: bigint): MadeBlock | undefined {
    const body = this.#body(recordKinds.block, height);
    return body === undefined ? undefined : withId(Block.decode(body));
  }

  /** The commit that was seen for a block; the next block may carry another one. */
  commit(height: bigint): Commit | undefined {
    const body = this.#body(recordKinds.commit, height);
    return body === undefined ? undefined : Commit.decode(body);
  }

  result(height: bigint): ResponseFinalizeBlock | undefined {
    const body = this.#body(recordKinds.result, height);
    return body === undefined ? undefined : ResponseFinalizeBlock.decode(body);
  }

  /** The status after a block. */
  statusAt(height: bigint): ChainStatus | undefined {
    const body = this.#body(recordKinds.status, height);
    return body === undefined ? undefined : decodeStatus(body);
  }

  /** Cuts off every block above a height whose block was executed; the store is then opened anew. */
  revert(height: bigint): void {
    const at = this.#offsetsOf(recordKinds.status).get(height);
    const next = this.#offsetsOf(recordKinds.block).get(height + 1n);
    if (at === undefined) throw new Error(`revert: expected an executed height, got ${height}`);
    if (next !== undefined) this.#log.truncate(next);
  }

  close(): void {
    this.#log.close();
  }

  #note({ kind, height, at }: LogRecord): void {
    this.#offsetsOf(kind).set(height, at);
    if (kind !== recordKinds.block) return;
    this.#height = height;
    if (this.#base === 0n) this.#base = height;
  }

  #offsetsOf(kind: RecordKind): Map<bigint, number> {
    const known = this.#offsets.get(kind) ?? new Map<bigint, number>();
    this.#offsets.set(kind, known);
    return known;
  }

  #body(kind: RecordKind, height: bigint): Uint8Array | undefined {
    const at = this.#offsetsOf(kind).get(height);
    return at === undefined ? undefined : this.#log.body(at);
  }
}
