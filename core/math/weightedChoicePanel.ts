import type { Address } from "../brand.ts";
import { u256FromBytes, u64Bytes } from "../bytes.ts";
import { hmacSha256With } from "../crypto/hash.ts";
import { uniformBelow, Urn } from "./weightedChoice.ts";

/** What one candidates' table means to a draw: weights by node, in address order. */
export type Entry = { readonly node: Address; readonly drawnWeight: bigint };

/** A table to draw from, shared by many draws: each leaves it as it found it. */
export type DrawPool = {
  readonly urn: Urn;
  nodeAt(index: number): Address | undefined;
  indexOf(node: Address): number | undefined;
};

export class Pool implements DrawPool {
  readonly nodes: readonly Address[];
  readonly urn: Urn;
  readonly #indexes = new Map<Address, number>();

  constructor(entries: readonly Entry[]) {
    this.nodes = entries.map(({ node }) => node);
    this.urn = new Urn(entries.map(({ drawnWeight }) => drawnWeight));
    for (const [index, node] of this.nodes.entries()) this.#indexes.set(node, index);
  }

  nodeAt(index: number): Address | undefined {
    return this.nodes[index];
  }

  indexOf(node: Address): number | undefined {
    return this.#indexes.get(node);
  }
}

/** So many seats of one kind from one table; fewer than atLeast, and the whole draw fails. */
export type Step<K extends string> = {
  readonly kind: K;
  readonly pool: DrawPool;
  readonly count: number;
  readonly atLeast: number;
};

/** draw = the number i of the random value that took the node. */
export type Pick<K extends string> = {
  readonly kind: K;
  readonly node: Address;
  readonly draw: bigint;
};

/** r_i of PROTOCOL 7.2. */
export function randomValues(seed: Uint8Array): (i: bigint) => bigint {
  const hash = hmacSha256With(seed);
  return (i) => u256FromBytes(hash(u64Bytes(i)));
}

/**
 * The draw of PROTOCOL 7.2: r_i with i running on over all picks, weighted by what is left of each table, no node
 * twice. undefined when some step cannot be filled. The same function draws on the chain and checks a draw off it.
 */
export function drawPanel<K extends string>(
  seed: Uint8Array,
  steps: readonly Step<K>[],
): Pick<K>[] | undefined {
  const pools = [...new Set(steps.map(({ pool }) => pool))];
  const removed: (readonly [Urn, number])[] = [];
  const picks: Pick<K>[] = [];
  const randomValue = randomValues(seed);
  let i = 0n;
  const takeFrom = (pool: DrawPool): readonly [Address, bigint] | undefined => {
    const { urn } = pool;
    while (urn.total > 0n) {
      const draw = i++;
      const x = uniformBelow(randomValue(draw), urn.total);
      const node = x === undefined ? undefined : pool.nodeAt(urn.find(x));
      if (node !== undefined) return [node, draw];
    }
    return undefined;
  };
  const take = ({ kind, pool }: Step<K>): boolean => {
    const taken = takeFrom(pool);
    if (taken === undefined) return false;
    const [node, draw] = taken;
    picks.push({ kind, node, draw });
    for (const other of pools) {
      const index = other.indexOf(node);
      if (index !== undefined && other.urn.remove(index)) removed.push([other.urn, index]);
    }
    return true;
  };
  const filled = steps.every((step) => {
    let count = 0;
    while (count < step.count && take(step)) count++;
    return count >= step.atLeast;
  });
  for (const [urn, index] of removed) urn.restore(index);
  return filled ? picks : undefined;
}
