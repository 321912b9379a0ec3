import type { Dec } from "../../core/brand.ts";
import { dec, one, ratio } from "../../core/math/dec.ts";
import { divFloor, max, min } from "../../core/math/integers.ts";
import type { Life } from "./types.ts";

// Signs of life in a ring of slots (PROTOCOL 7.3): plain values in and out.

export const ringSlots = 56n;
/** One bit more than U looks at: the next slot, which a heartbeat may name. */
const ringMask = (1n << (ringSlots + 1n)) - 1n;
const leastUptime = dec(divFloor(one, 20n));

/** The ring as if its newest bit were that of this slot; later signs fall out. */
function ringAt({ ring, lastSlot }: Life, slot: bigint): bigint {
  if (lastSlot >= slot) return ring >> (lastSlot - slot);
  return slot - lastSlot > ringSlots ? 0n : (ring << (slot - lastSlot)) & ringMask;
}

export function hasSign(life: Life, slot: bigint): boolean {
  return (ringAt(life, slot) & 1n) === 1n;
}

/** With a sign in that slot; a sign in a newer slot ends what was spare in the older one. */
export function withSign(life: Life, slot: bigint): Life {
  if (slot > life.lastSlot) {
    return { ...life, lastSlot: slot, ring: ringAt(life, slot) | 1n, spareHeartbeats: 0 };
  }
  const bit = 1n << (life.lastSlot - slot);
  return { ...life, ring: (life.ring | bit) & ringMask };
}

/** A slot that the node was not there for after all; the lease does not notice. */
export function withoutSign(life: Life, slot: bigint): Life {
  if (slot > life.lastSlot) return life;
  return { ...life, ring: life.ring & ~(1n << (life.lastSlot - slot)) };
}

/** Ones in up to 31 bits, by halves of halves: every node of a table passes here. */
function ones(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  const bytes = (fours + (fours >>> 4)) & 0x0f0f_0f0f;
  return Math.imul(bytes, 0x0101_0101) >>> 24;
}

/** U = max(0.05, signs / min(56, slot - first_slot + 1)), floored; signs in the last 56 slots, this one included. */
export function uptimeOf(life: Life, slot: bigint): Dec {
  const bits = ringAt(life, slot) & (ringMask >> 1n);
  const signs = BigInt(ones(Number(bits >> 28n)) + ones(Number(bits & 0xfff_ffffn)));
  const slots = min(ringSlots, max(1n, slot - life.firstSlot + 1n));
  return max(leastUptime, ratio(min(signs, slots), slots));
}

/** False once `leaseSlots` whole slots have passed without a sign. */
export function leaseHolds(life: Life, slot: bigint, leaseSlots: number): boolean {
  return slot <= life.lastSlot + BigInt(leaseSlots);
}
