import type { ReadCtx } from "../../core/context.ts";
import type { Lane, MsgDef } from "../../core/module.ts";
import { checkMessages } from "../tx/checkedTx.ts";
import type { DecodedTx, Message } from "../tx/decode.ts";

/** Lanes in the order of a block, each with the hundredths of it that no other lane may take before. */
export const lanes: readonly { readonly lane: Lane; readonly share: bigint }[] = [
  { lane: "reveal", share: 40n },
  { lane: "commit", share: 25n },
  { lane: "observation", share: 15n },
  { lane: "fee", share: 20n },
];

/** A transaction that waits, with what its place in the block depends on. */
export type Candidate = {
  readonly bytes: Uint8Array;
  readonly size: bigint;
  readonly gas: bigint;
  readonly fee: bigint;
  readonly lane: Lane;
  readonly signers: readonly string[];
  /** Messages of which a block takes only so many, with their number. */
  readonly capped: ReadonlyMap<MsgDef<unknown, unknown>, number>;
};

/** In the form that Comet counts: tag and length of a repeated bytes field with the bytes. */
export function protoSize(tx: Uint8Array): bigint {
  let lengthBytes = 1;
  for (let rest = tx.length; rest > 127; rest = Math.floor(rest / 128)) lengthBytes += 1;
  return BigInt(1 + lengthBytes + tx.length);
}

export function candidateOf(ctx: ReadCtx, bytes: Uint8Array, tx: DecodedTx): Candidate {
  const { messages, signers, fee } = checkMessages(tx, false);
  const capped = new Map<MsgDef<unknown, unknown>, number>();
  for (const { def } of messages) {
    if (def.perBlock !== undefined) capped.set(def, (capped.get(def) ?? 0) + 1);
  }
  return {
    bytes,
    size: protoSize(bytes),
    gas: tx.gasLimit,
    fee: fee[0]?.amount ?? 0n,
    lane: laneOfAll(ctx, messages),
    signers,
    capped,
  };
}

/** The lane of its lowest message. */
export function laneOfAll(ctx: ReadCtx, messages: readonly Message[]): Lane {
  let lowest = 0;
  for (const { def, value } of messages) lowest = Math.max(lowest, rankOf(laneOf(ctx, def, value)));
  return lanes[lowest]?.lane ?? "fee";
}

/** A post that committed state does not wait for has no claim to its lane. */
function laneOf(ctx: ReadCtx, def: MsgDef<unknown, unknown>, value: unknown): Lane {
  if (def.lane === undefined || def.lane === "fee") return "fee";
  return (def.expected?.(ctx, value) ?? true) ? def.lane : "fee";
}

function rankOf(lane: Lane): number {
  return lanes.findIndex((entry) => entry.lane === lane);
}

/** Lane by lane; within the fee lane by price of gas, else and at equal prices as they came. */
export function inOrder(candidates: readonly Candidate[]): Candidate[] {
  const place = new Map(candidates.map((candidate, i) => [candidate, i]));
  return [...candidates].sort((a, b) => {
    const byLane = rankOf(a.lane) - rankOf(b.lane);
    if (byLane !== 0) return byLane;
    if (a.lane === "fee") {
      const difference = b.fee * a.gas - a.fee * b.gas;
      if (difference !== 0n) return difference > 0n ? 1 : -1;
    }
    return (place.get(a) ?? 0) - (place.get(b) ?? 0);
  });
}
