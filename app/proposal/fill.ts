import type { ReadCtx } from "../../core/context.ts";
import type { MsgDef } from "../../core/module.ts";
import { inOrder, lanes, type Candidate } from "./lanes.ts";

export type Room = { readonly bytes: bigint; readonly gas: bigint | undefined };

type Used = { bytes: bigint; gas: bigint };

/**
 * Chooses what a block takes of the waiting transactions. No transaction goes before an earlier one of any of its
 * signers; what does not fit or is over a message's number per block stays where it is.
 */
export class BlockFiller {
  readonly #ctx: ReadCtx;
  readonly #room: Room;
  readonly #waiting = new Map<string, Candidate[]>();
  readonly #taken = new Set<Candidate>();
  readonly #left = new Map<MsgDef<unknown, unknown>, number>();
  readonly #used: Used = { bytes: 0n, gas: 0n };
  readonly #order: Candidate[] = [];

  constructor(ctx: ReadCtx, room: Room) {
    this.#ctx = ctx;
    this.#room = room;
  }

  /** `candidates` in the order of the mempool, which is that of each sender's sequences. */
  fill(candidates: readonly Candidate[]): Uint8Array[] {
    for (const candidate of candidates) {
      for (const signer of candidate.signers) {
        const queue = this.#waiting.get(signer);
        if (queue === undefined) this.#waiting.set(signer, [candidate]);
        else queue.push(candidate);
      }
    }
    // Requests wait while posts fill the block: new work would only lengthen their queue.
    const crowded = this.#isCrowded(candidates);
    const ordered = inOrder(candidates).filter(({ capped }) => !crowded || capped.size === 0);
    for (const { lane, share } of lanes) {
      this.#take(
        ordered.filter((candidate) => candidate.lane === lane),
        this.#part(share),
      );
    }
    this.#take(ordered, this.#room);
    return this.#order.map(({ bytes }) => bytes);
  }

  #isCrowded(candidates: readonly Candidate[]): boolean {
    let bytes = 0n;
    let gas = 0n;
    for (const candidate of candidates) {
      if (candidate.lane !== "reveal") continue;
      bytes += candidate.size;
      gas += candidate.gas;
    }
    return bytes > this.#room.bytes || (this.#room.gas !== undefined && gas > this.#room.gas);
  }

  #part(share: bigint): Room {
    const { bytes, gas } = this.#room;
    return {
      bytes: (bytes * share) / 100n,
      gas: gas === undefined ? undefined : (gas * share) / 100n,
    };
  }

  /** Takes what fits into `room` of this lane and into what is left of the block. */
  #take(ordered: readonly Candidate[], room: Room): void {
    const own: Used = { bytes: 0n, gas: 0n };
    const tried = new Set<Candidate>();
    const work = [...ordered].reverse();
    const allowed = new Set(ordered);
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      if (this.#taken.has(next)) continue;
      tried.add(next);
      if (!this.#isNext(next) || !this.#fits(next, own, room)) continue;
      this.#include(next, own);
      // Those that were passed over because of this one come now, before all that follow.
      for (const signer of next.signers) {
        const [freed] = this.#waiting.get(signer) ?? [];
        if (freed !== undefined && tried.has(freed) && allowed.has(freed)) work.push(freed);
      }
    }
  }

  #isNext(candidate: Candidate): boolean {
    return candidate.signers.every((signer) => this.#waiting.get(signer)?.[0] === candidate);
  }

  #fits({ size, gas, capped }: Candidate, own: Used, room: Room): boolean {
    if (own.bytes + size > room.bytes || this.#used.bytes + size > this.#room.bytes) return false;
    if (room.gas !== undefined && own.gas + gas > room.gas) return false;
    if (this.#room.gas !== undefined && this.#used.gas + gas > this.#room.gas) return false;
    for (const [def, count] of capped) if (count > this.#leftOf(def)) return false;
    return true;
  }

  #leftOf(def: MsgDef<unknown, unknown>): number {
    const left = this.#left.get(def) ?? def.perBlock?.(this.#ctx) ?? 0;
    this.#left.set(def, left);
    return left;
  }

  #include(candidate: Candidate, own: Used): void {
    this.#taken.add(candidate);
    this.#order.push(candidate);
    for (const used of [own, this.#used]) {
      used.bytes += candidate.size;
      used.gas += candidate.gas;
    }
    for (const [def, count] of candidate.capped) this.#left.set(def, this.#leftOf(def) - count);
    for (const signer of candidate.signers) this.#waiting.get(signer)?.shift();
  }
}
