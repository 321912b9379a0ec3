import type { Address, Amount, Dec } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { dec, mulFloor } from "../../core/math/dec.ts";
import { divFloor, max } from "../../core/math/integers.ts";
import type { Role } from "../registry/index.ts";
import * as reputation from "../reputation/index.ts";
import type { Ages, Counter } from "../reputation/index.ts";
import type { Announcements } from "./announcements.ts";
import type { Reason } from "./eligibility.ts";
import { carried } from "./census.ts";
import { upToDate, type TableMemory } from "./memory.ts";
import { ReadyTable } from "./readyTable.ts";
import { factorsOf, type Announced, type Fitting, type TableKey } from "./table.ts";
import { ownShare, unloadedWeight } from "./weights.ts";

/** A candidate with all that does not depend on the others. What every block reads of it lies in it. */
export type Row = {
  readonly node: Address;
  /** S. */
  readonly stake: Amount;
  /** What it has of w' whatever the mean. */
  readonly own: bigint;
  /** w before F. */
  readonly unloaded: bigint;
  /** w / S: its part of the mean's sum. */
  readonly perStake: bigint;
  /** w. */
  readonly weight: Dec;
  readonly performance: Dec;
  /** What P was worked out of. */
  readonly counter: Counter | undefined;
  readonly announced: Fitting;
};
/** Or why the node is none. */
export type Entry = Row | Reason;

/** What all rows of a table come to. */
type Sums = {
  readonly perStake: bigint;
  /** No bond or instance is newer; one that left may have been. */
  readonly newest: bigint;
};
const noSums: Sums = { perStake: 0n, newest: 0n };

/** One table's rows by position in the census; never changed. */
export class Rows {
  readonly key: TableKey;
  readonly announcements: Announcements;
  readonly entries: readonly Entry[];
  readonly sums: Sums;
  #ready: ReadyTable | undefined;

  constructor(
    key: TableKey,
    announcements: Announcements,
    entries: readonly Entry[],
    sums: Sums = sumsOf(noSums, [], entries),
  ) {
    this.key = key;
    this.announcements = announcements;
    this.entries = entries;
    this.sums = sums;
  }

  get size(): number {
    return this.entries.length;
  }

  /** What draws need: the same for all blocks in which no row changes. */
  get ready(): ReadyTable {
    this.#ready ??= new ReadyTable(this);
    return this.#ready;
  }
}

/** The sums of `now` from those of `before`, which differ in few places. */
function sumsOf(sums: Sums, before: readonly Entry[], now: readonly Entry[]): Sums {
  let { perStake, newest } = sums;
  for (let i = 0; i < now.length; i++) {
    const old = before[i];
    const entry = now[i];
    if (old === entry) continue;
    if (old !== undefined && typeof old !== "string") perStake -= old.perStake;
    if (entry !== undefined && typeof entry !== "string") {
      perStake += entry.perStake;
      newest = max(newest, entry.announced.since);
    }
  }
  return { perStake, newest };
}

export function rowsOf(
  ctx: ReadCtx,
  memory: TableMemory | undefined,
  key: TableKey,
  announcements: Announcements,
  ages: Ages,
): Rows {
  const { service, taskKey, role } = key;
  const work = { service, role, key: taskKey };
  const { census } = announcements;
  return upToDate(ctx, memory?.rows, {
    name: nameOf(key),
    at: ages.name,
    changedSince: (since) => [reputation.changedCounters(ctx, work, since)],
    make() {
      const counters = reputation.countersUnder(ctx, work);
      const entries = announcements.nodes.map((node) =>
        entryOf(node, role, undefined, ages, ({ bond }) => counters.get(bond.node)),
      );
      return new Rows(key, announcements, entries);
    },
    renew(older, [changed], rested) {
      if (rested && older.announcements === announcements && changed?.size === 0) return older;
      const { census: before, nodes } = older.announcements;
      const worked = { census: before, of: nodes, results: older.entries };
      const now = { census, of: announcements.nodes };
      const counterOf = ({ bond }: Fitting): Counter | undefined =>
        reputation.findCounter(ctx, { ...work, node: bond.node });
      const entries = carried(worked, now, changed, rested, (node, was, isChanged) => {
        const row = typeof was === "object" ? was : undefined;
        const counter = row === undefined || isChanged ? counterOf : () => row.counter;
        return entryOf(node, role, rested ? row : undefined, ages, counter);
      });
      const samePlaces = before.places === census.places;
      const sums = samePlaces ? sumsOf(older.sums, older.entries, entries) : undefined;
      return new Rows(key, announcements, entries, sums);
    },
  });
}

function entryOf(
  announced: Announced,
  role: Role,
  was: Row | undefined,
  ages: Ages,
  counterOf: (announced: Fitting) => Counter | undefined,
): Entry {
  const { bond, reason } = announced;
  if (!bond.roles.includes(role)) return "other role";
  if (reason !== undefined) return reason;
  const { fit, load } = announced;
  const { node } = bond;
  const { stake } = fit;
  const counter = counterOf(announced);
  const isJudged = was?.counter === counter && was?.announced.fit.standing === fit.standing;
  const performance = isJudged
    ? was.performance
    : reputation.performanceFrom(counter, ages, fit.standing);
  const isSame = was?.announced.fit === fit && was.performance === performance;
  const unloaded = isSame ? was.unloaded : unloadedWeight(factorsOf(announced, performance));
  const weight = dec(mulFloor(unloaded, load));
  const perStake = divFloor(weight, stake);
  const own = ownShare(weight);
  return { node, stake, own, unloaded, perStake, weight, performance, counter, announced };
}

/** Unlike for unlike keys: only the last part may hold a space. */
export function nameOf({ service, version, role, taskKey }: TableKey): string {
  return `${service} ${version} ${role} ${taskKey}`;
}
