import type { Address } from "../../core/brand.ts";
import { compareBytes } from "../../core/bytes.ts";
import type { ReadCtx } from "../../core/context.ts";
import { bytesOfAddress } from "../../core/crypto/address.ts";
import * as clock from "../clock/index.ts";
import * as reputation from "../reputation/index.ts";
import type { Ages } from "../reputation/index.ts";
import * as staking from "../staking/index.ts";
import { upToDate, type Suspects, type TableMemory } from "./memory.ts";
import { survey, surveyAgain, surveyOne, type Surveyed } from "./survey.ts";

/** All bonded nodes of a service as one block saw them; never changed, so that the next one can share it. */
export class Census {
  readonly nodes: readonly Surveyed[];
  /** Position by node; the same object as long as the same nodes are bonded. */
  readonly places: ReadonlyMap<Address, number>;

  constructor(nodes: readonly Surveyed[], places: ReadonlyMap<Address, number> = placesOf(nodes)) {
    this.nodes = nodes;
    this.places = places;
  }

  get size(): number {
    return this.nodes.length;
  }

  /** Marks at the positions of these nodes, where they are bonded. */
  marks(nodes: Iterable<Address>): Uint8Array {
    const marks = new Uint8Array(this.nodes.length);
    for (const node of nodes) {
      const place = this.places.get(node);
      if (place !== undefined) marks[place] = 1;
    }
    return marks;
  }
}

/** A census with what was worked out of it, node by node, of values of its own. */
export type Worked<A, B> = {
  readonly census: Census;
  readonly of: readonly A[];
  readonly results: readonly B[];
};

/**
 * Results for values of now: those of before where the value is the same one, the node did not change and nothing else
 * did (`rested`), else made, with the older result and whether the node changed.
 */
export function carried<A, B>(
  older: Worked<A, B>,
  now: Pick<Worked<A, B>, "census" | "of">,
  changed: ReadonlySet<Address> | undefined,
  rested: boolean,
  make: (value: A, was: B | undefined, isChanged: boolean) => B,
): B[] {
  const marks = now.census.marks(changed ?? []);
  const { places } = now.census;
  const results: B[] = [];
  const samePlaces = places === older.census.places;
  for (let i = 0; i < now.of.length; i++) {
    const value = now.of[i];
    const node = samePlaces ? undefined : now.census.nodes[i]?.bond.node;
    const before = samePlaces ? i : node === undefined ? -1 : (older.census.places.get(node) ?? -1);
    const was = older.results[before];
    const isChanged = marks[i] !== 0;
    if (value === undefined) continue;
    const isKept = rested && was !== undefined && !isChanged && older.of[before] === value;
    results.push(isKept ? was : make(value, was, isChanged));
  }
  return results;
}

function placesOf(nodes: readonly Surveyed[]): ReadonlyMap<Address, number> {
  const places = new Map<Address, number>();
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    if (node !== undefined) places.set(node.bond.node, i);
  }
  return places;
}

/** The census of now. */
export function censusOf(
  ctx: ReadCtx,
  memory: TableMemory | undefined,
  service: string,
  ages: Ages,
): Census {
  const { leaseSlots } = staking.params(ctx);
  return upToDate(ctx, memory?.censuses, {
    name: service,
    at: `${ages.name} ${clock.slot(ctx)} ${leaseSlots}`,
    changedSince: (since) => [
      staking.changedBonds(ctx, service, since),
      staking.changedLives(ctx, since),
      reputation.changedStandings(ctx, service, since),
    ],
    make: () => new Census(survey(ctx, service, ages)),
    renew(older, changed, rested) {
      const again = rested ? older : new Census(surveyAgain(ctx, older.nodes, ages), older.places);
      return renewed(again, changed, surveyOne(ctx, service, ages));
    },
  });
}

function renewed(
  older: Census,
  [bonds, ...rest]: Suspects,
  surveyed: ReturnType<typeof surveyOne>,
): Census {
  const { places } = older;
  const nodes = older.nodes.slice();
  const added: Surveyed[] = [];
  const gone = new Set<Address>();
  const others = new Set(rest.flatMap((nodes) => [...nodes]));
  let looked = 0;
  for (const node of new Set([...(bonds ?? []), ...others])) {
    const place = places.get(node);
    if (place === undefined && bonds?.has(node) !== true) continue;
    const before = place === undefined ? undefined : nodes[place];
    const now = surveyed(node, before, !others.has(node));
    if (now === undefined && place !== undefined) gone.add(node);
    if (now === undefined) continue;
    looked++;
    if (place === undefined) added.push(now);
    else nodes[place] = now;
  }
  if (added.length === 0 && gone.size === 0)
    return looked === 0 ? older : new Census(nodes, places);
  const left = nodes.filter(({ bond }) => !gone.has(bond.node));
  return new Census(merged(left, added));
}

/** In address order, as the state walks them. */
function merged(nodes: readonly Surveyed[], added: readonly Surveyed[]): Surveyed[] {
  const bytesOf = ({ bond }: Surveyed): Uint8Array => bytesOfAddress(bond.node);
  const sorted = added
    .map((node) => ({ node, bytes: bytesOf(node) }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes));
  const out: Surveyed[] = [];
  let from = 0;
  for (const { node, bytes } of sorted) {
    const to = firstAbove(nodes, (other) => compareBytes(bytesOf(other), bytes) > 0);
    for (const before of nodes.slice(from, to)) out.push(before);
    out.push(node);
    from = to;
  }
  return out.concat(nodes.slice(from));
}

function firstAbove(nodes: readonly Surveyed[], isAbove: (node: Surveyed) => boolean): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const node = nodes[middle];
    if (node !== undefined && isAbove(node)) high = middle;
    else low = middle + 1;
  }
  return low;
}
