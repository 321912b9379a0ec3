import type { ReadCtx } from "../../core/context.ts";
import * as registry from "../registry/index.ts";
import type { Release } from "../registry/index.ts";
import { carried, type Census } from "./census.ts";
import { upToDate, type TableMemory } from "./memory.ts";
import type { Surveyed } from "./survey.ts";
import { announced, announcedBy, type Announced } from "./table.ts";

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
  const announce = (node: Surveyed, was: Announced | undefined, isChanged: boolean): Announced =>
    announcedBy(ctx, release, node, isChanged ? undefined : was);
  return upToDate(ctx, memory?.announcements, {
    name: `${service} ${version}`,
    at: `${status} ${definition.minBond}`,
    changedSince: (since) => [registry.changedInstances(ctx, service, since)],
    make: () => new Announcements(census, announced(ctx, release, census.nodes)),
    renew(older, [changed], rested) {
      if (rested && older.census === census && changed?.size === 0) return older;
      const worked = { census: older.census, of: older.census.nodes, results: older.nodes };
      const now = { census, of: census.nodes };
      return new Announcements(census, carried(worked, now, changed, rested, announce));
    },
  });
}
