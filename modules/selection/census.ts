import type { Address } from "../../core/brand.ts";
import { compareBytes } from "../../core/bytes.ts";
import { alsoChanged } from "../../core/collections/changed.ts";
import type { ReadCtx } from "../../core/context.ts";
import { bytesOfAddress } from "../../core/crypto/address.ts";
import * as clock from "../clock/index.ts";
import * as reputation from "../reputation/index.ts";
import type { Ages } from "../reputation/index.ts";
import * as staking from "../staking/index.ts";
import { upToDate, type TableMemory } from "./memory.ts";
import { survey, surveyOne, type Surveyed } from "./survey.ts";

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

  /** Where the node at that position stood in an older census; undefined: it was not bonded then. */
  placeIn(older: Census, place: number): number | undefined {
    if (older.places === this.places) return place;
    const node = this.nodes[place]?.bond.node;
    return node === undefined ? undefined : older.places.get(node);
  }
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
    changedSince: (since) =>
      alsoChanged(
        staking.changedNodes(ctx, service, since),
        reputation.changedStandings(ctx, service, since),
      ),
    make: () => new Census(survey(ctx, service, ages)),
    renew: (older, changed) => renewed(older, changed, surveyOne(ctx, service, ages)),
  });
}

function renewed(
  older: Census,
  changed: ReadonlySet<Address>,
  surveyed: (node: Address) => Surveyed | undefined,
): Census {
  const { places } = older;
  const nodes: (Surveyed | undefined)[] = older.nodes.slice();
  const added: Surveyed[] = [];
  let looked = 0;
  let gone = 0;
  for (const node of changed) {
    const place = places.get(node);
    const now = surveyed(node);
    if (place === undefined) {
      if (now !== undefined) added.push(now);
      continue;
    }
    nodes[place] = now;
    looked++;
    if (now === undefined) gone++;
  }
  if (looked === 0 && added.length === 0) return older;
  const left = nodes.filter((node) => node !== undefined);
  if (added.length === 0 && gone === 0) return new Census(left, places);
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
