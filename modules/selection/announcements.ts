import type { ReadCtx } from "../../core/context.ts";
import * as registry from "../registry/index.ts";
import type { Release } from "../registry/index.ts";
import type { Census } from "./census.ts";
import { upToDate, type TableMemory } from "./memory.ts";
import { announcedBy, type Announced } from "./table.ts";

/** A census with each node's announcement for one release; never changed. */
export class Announcements {
  readonly census: Census;
  /** By position in the census. */
  readonly nodes: readonly Announced[];

  constructor(census: Census, nodes: readonly Announced[]) {
    this.census = census;
    this.nodes = nodes;
  }

  get size(): number {
    return this.nodes.length;
  }
}

/** One look-up a node that is new or changed: announcements cost little, and anybody may have made many. */
export function announcementsOf(
  ctx: ReadCtx,
  memory: TableMemory | undefined,
  release: Release,
  census: Census,
): Announcements {
  const { service, version, status, definition } = release;
  return upToDate(ctx, memory?.announcements, {
    name: `${service} ${version}`,
    at: `${status} ${definition.minBond}`,
    changedSince: (since) => registry.changedInstances(ctx, service, since),
    make: () =>
      new Announcements(
        census,
        census.nodes.map((node) => announcedBy(ctx, release, node)),
      ),
    renew(older, changed) {
      const marks = census.marks(changed);
      if (older.census === census && !marks.includes(1)) return older;
      const nodes = census.nodes.map((node, place) => {
        const before = marks[place] === 1 ? undefined : census.placeIn(older.census, place);
        const same = before !== undefined && older.census.nodes[before] === node;
        return (same ? older.nodes[before] : undefined) ?? announcedBy(ctx, release, node);
      });
      return new Announcements(census, nodes);
    },
  });
}
