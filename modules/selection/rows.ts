import type { Dec } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { divFloor } from "../../core/math/integers.ts";
import type { Role } from "../registry/index.ts";
import * as reputation from "../reputation/index.ts";
import type { Ages } from "../reputation/index.ts";
import type { Announcements } from "./announcements.ts";
import type { Reason } from "./eligibility.ts";
import { upToDate, type TableMemory } from "./memory.ts";
import { ReadyTable } from "./readyTable.ts";
import { factorsOf, type Announced, type Fitting, type TableKey } from "./table.ts";
import { ownShare, weightOf } from "./weights.ts";

/** A candidate with all that does not depend on the others. */
export type Row = {
  readonly announced: Fitting;
  readonly performance: Dec;
  /** w. */
  readonly weight: Dec;
  /** w / S: its part of the mean's sum. */
  readonly perStake: bigint;
  /** What it has of w' whatever the mean. */
  readonly own: bigint;
};

/** One table's rows, or why there is none, by position in the census; never changed. */
export class Rows {
  readonly key: TableKey;
  readonly announcements: Announcements;
  readonly entries: readonly (Row | Reason)[];
  #ready: ReadyTable | undefined;

  constructor(key: TableKey, announcements: Announcements, entries: readonly (Row | Reason)[]) {
    this.key = key;
    this.announcements = announcements;
    this.entries = entries;
  }

  get size(): number {
    return this.entries.length;
  }

  /** What draws need: the same for all blocks in which no row changes. */
  get ready(): ReadyTable {
    this.#ready ??= new ReadyTable(this.key, this.announcements.census, this.entries);
    return this.#ready;
  }
}

export function rowsOf(
  ctx: ReadCtx,
  memory: TableMemory | undefined,
  key: TableKey,
  announcements: Announcements,
  ages: Ages,
): Rows {
  const { service, version, taskKey, role } = key;
  const work = { service, role, key: taskKey };
  const { census } = announcements;
  return upToDate(ctx, memory?.rows, {
    name: nameOf(key),
    at: ages.name,
    changedSince: (since) => reputation.changedCounters(ctx, work, since),
    make() {
      const performanceOf = reputation.performances(ctx, work, ages);
      const entries = announcements.nodes.map((node) =>
        entryOf(node, role, ({ bond, fit }) => performanceOf(bond.node, fit.standing)),
      );
      return new Rows(key, announcements, entries);
    },
    renew(older, changed) {
      const marks = census.marks(changed);
      if (older.announcements === announcements && !marks.includes(1)) return older;
      const before = older.announcements;
      const performanceOf = ({ bond, fit }: Fitting): Dec =>
        reputation.performanceWith(ctx, { ...work, node: bond.node }, ages, fit.standing);
      const entries = announcements.nodes.map((node, place) => {
        const was = marks[place] === 1 ? undefined : census.placeIn(before.census, place);
        const same = was !== undefined && before.nodes[was] === node;
        return (same ? older.entries[was] : undefined) ?? entryOf(node, role, performanceOf);
      });
      return new Rows(key, announcements, entries);
    },
  });
}

function entryOf(
  announced: Announced,
  role: Role,
  performanceOf: (announced: Fitting) => Dec,
): Row | Reason {
  const { bond, reason } = announced;
  if (!bond.roles.includes(role)) return "other role";
  if (reason !== undefined) return reason;
  const performance = performanceOf(announced);
  const weight = weightOf(factorsOf(announced, performance));
  const perStake = divFloor(weight, announced.fit.stake);
  return { announced, performance, weight, perStake, own: ownShare(weight) };
}

/** Unlike for unlike keys: only the last part may hold a space. */
export function nameOf({ service, version, role, taskKey }: TableKey): string {
  return `${service} ${version} ${role} ${taskKey}`;
}
