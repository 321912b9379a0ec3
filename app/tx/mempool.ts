import type { ReadCtx } from "../../core/context.ts";
import { sdkErrors } from "../../core/errors.ts";
import { mulDivFloor } from "../../core/math/integers.ts";
import { laneOfAll } from "../proposal/lanes.ts";
import type { CheckedTx } from "./checkedTx.ts";

/** What CometBFT's mempool holds at most. */
export type MempoolLimits = { readonly txs: bigint; readonly bytes: bigint };

/** Hundredths of the mempool that only posts may take: it has no lanes, and a full one refuses them too. */
const keptForPosts = 20n;

/**
 * Counts what waits, to keep room for the answers that the chain waits for (THREATS X24). The count follows from
 * CometBFT's calls: after a block it asks again for each transaction that still waits, before any new one.
 */
export class MempoolQuota {
  readonly #limits: MempoolLimits;
  #txs = 0n;
  #bytes = 0n;

  constructor({ txs, bytes }: MempoolLimits) {
    const part = (whole: bigint): bigint => whole - mulDivFloor(whole, keptForPosts, 100n);
    this.#limits = { txs: part(txs), bytes: part(bytes) };
  }

  admitted(bytes: number): void {
    this.#txs += 1n;
    this.#bytes += BigInt(bytes);
  }

  /** A block was committed: what still waits is counted anew. */
  restart(): void {
    this.#txs = 0n;
    this.#bytes = 0n;
  }

  /** Throws for a transaction that would take the room of posts. */
  require(ctx: ReadCtx, { tx, messages }: CheckedTx): void {
    const { txs, bytes } = this.#limits;
    if (this.#txs < txs && this.#bytes + BigInt(tx.size) <= bytes) return;
    if (laneOfAll(ctx, messages) !== "fee") return;
    throw sdkErrors.mempoolIsFull(
      `${this.#txs} transactions of ${this.#bytes} bytes wait: the rest is for posts: mempool is full`,
    );
  }
}
