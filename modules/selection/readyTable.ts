import type { Address, Dec } from "../../core/brand.ts";
import { dec } from "../../core/math/dec.ts";
import { divFloor } from "../../core/math/integers.ts";
import { Urn, urnSums, type Weights } from "../../core/math/weightedChoice.ts";
import type { Census } from "./census.ts";
import { ReasonCounts, type Filtered } from "./eligibility.ts";
import type { Entry, Row, Rows } from "./rows.ts";
import { factorsOf, type Table, type TableKey } from "./table.ts";
import { chanceShare, type Candidate } from "./weights.ts";

const noPlace = -1;

/** A table as draws need it: the drawn weights and their sums. Candidates with all factors are made when asked for. */
export class ReadyTable {
  readonly table: Table;
  readonly #rows: readonly Row[];
  readonly #weights: Weights;
  readonly #sums: readonly bigint[];
  readonly #census: Census;
  /** Position in the table by position in the census. */
  readonly #places: Int32Array;
  readonly #newest: bigint;

  constructor({ key, announcements, entries, sums }: Rows) {
    const { rows, places, filtered } = eligible(entries);
    const mean = dec(rows.length === 0 ? 0n : divFloor(sums.perStake, BigInt(rows.length)));
    const weights = drawnWeights(rows, mean);
    this.#census = announcements.census;
    this.#newest = sums.newest;
    this.#rows = rows;
    this.#places = places;
    this.#weights = weights;
    this.#sums = urnSums(weights);
    this.table = tableOf(key, rows, weights, { mean, total: this.urn().total, filtered });
  }

  /** A new one, with everybody in it. */
  urn(): Urn {
    return new Urn(this.#weights, this.#sums);
  }

  nodeAt(index: number): Address | undefined {
    return this.#rows[index]?.node;
  }

  indexOf(node: Address): number | undefined {
    const place = this.#census.places.get(node);
    const index = place === undefined ? noPlace : (this.#places[place] ?? noPlace);
    return index === noPlace ? undefined : index;
  }

  /** Positions of bonds and instances made after this height, ascending. */
  after(height: bigint): number[] {
    if (this.#newest <= height) return [];
    const late: number[] = [];
    for (const [index, { announced }] of this.#rows.entries())
      if (announced.since > height) late.push(index);
    return late;
  }
}

/** w' of each row, worked out when asked for: 100,000 of them that are kept cost more than those that are drawn. */
function drawnWeights(rows: readonly Row[], mean: Dec): Weights {
  return {
    length: rows.length,
    at(index) {
      const row = rows[index];
      return row === undefined ? undefined : row.own + chanceShare(row.stake, mean);
    },
  };
}

function eligible(entries: readonly Entry[]): {
  readonly rows: Row[];
  readonly places: Int32Array;
  readonly filtered: readonly Filtered[];
} {
  const rows: Row[] = [];
  const places = new Int32Array(entries.length).fill(noPlace);
  const counts = new ReasonCounts();
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    if (entry === undefined) continue;
    if (typeof entry === "string") {
      counts.add(entry);
      continue;
    }
    places[i] = rows.length;
    rows.push(entry);
  }
  return { rows, places, filtered: counts.list() };
}

function tableOf(
  key: TableKey,
  rows: readonly Row[],
  weights: Weights,
  sums: Pick<Table, "mean" | "total" | "filtered">,
): Table {
  let candidates: readonly Candidate[] | undefined;
  let since: readonly bigint[] | undefined;
  const { service, version, taskKey, role } = key;
  return {
    ...{ service, version, taskKey, role },
    get candidates() {
      candidates ??= rows.map((row, i) => candidateOf(row, dec(weights.at(i) ?? 0n)));
      return candidates;
    },
    get since() {
      since ??= rows.map(({ announced }) => announced.since);
      return since;
    },
    ...sums,
  };
}

function candidateOf({ announced, performance, weight }: Row, drawnWeight: Dec): Candidate {
  const { node, stake, commitment, incidents, uptime, load } = factorsOf(announced, performance);
  // Field by field: a spread of each of 100,000 nodes costs more than its weight.
  return { node, stake, commitment, performance, incidents, uptime, load, weight, drawnWeight };
}
