import type { Address, Dec } from "../../core/brand.ts";
import { dec } from "../../core/math/dec.ts";
import { divFloor } from "../../core/math/integers.ts";
import { Urn, urnSums } from "../../core/math/weightedChoice.ts";
import type { Census } from "./census.ts";
import { ReasonCounts, type Filtered, type Reason } from "./eligibility.ts";
import type { Row } from "./rows.ts";
import { factorsOf, type Table, type TableKey } from "./table.ts";
import { chanceShare, type Candidate } from "./weights.ts";

const noPlace = -1;

/** A table as draws need it: the drawn weights and their sums. Candidates with all factors are made when asked for. */
export class ReadyTable {
  readonly table: Table;
  readonly nodes: readonly Address[];
  readonly #rows: readonly Row[];
  readonly #drawn: readonly bigint[];
  readonly #sums: readonly bigint[];
  readonly #census: Census;
  /** Position in the table by position in the census. */
  readonly #places: Int32Array;
  #newest: bigint | undefined;

  constructor(key: TableKey, census: Census, entries: readonly (Row | Reason)[]) {
    const { rows, places, filtered } = eligible(entries);
    const mean = meanOf(rows);
    this.#census = census;
    this.#rows = rows;
    this.#places = places;
    this.nodes = rows.map(({ announced }) => announced.bond.node);
    this.#drawn = rows.map(({ announced, own }) => own + chanceShare(announced.fit.stake, mean));
    this.#sums = urnSums(this.#drawn);
    this.table = tableOf(key, rows, this.#drawn, { mean, total: this.urn().total, filtered });
  }

  /** A new one, with everybody in it. */
  urn(): Urn {
    return new Urn(this.#drawn, this.#sums);
  }

  indexOf(node: Address): number | undefined {
    const place = this.#census.places.get(node);
    const index = place === undefined ? noPlace : (this.#places[place] ?? noPlace);
    return index === noPlace ? undefined : index;
  }

  /** Positions of bonds and instances made after this height, ascending. */
  after(height: bigint): number[] {
    this.#newest ??= newestOf(this.#rows);
    if (this.#newest <= height) return [];
    const late: number[] = [];
    for (const [index, { announced }] of this.#rows.entries())
      if (announced.since > height) late.push(index);
    return late;
  }
}

function eligible(entries: readonly (Row | Reason)[]): {
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

function meanOf(rows: readonly Row[]): Dec {
  if (rows.length === 0) return dec(0n);
  let sum = 0n;
  for (const { perStake } of rows) sum += perStake;
  return dec(divFloor(sum, BigInt(rows.length)));
}

function newestOf(rows: readonly Row[]): bigint {
  let newest = 0n;
  for (const { announced } of rows) if (announced.since > newest) newest = announced.since;
  return newest;
}

function tableOf(
  key: TableKey,
  rows: readonly Row[],
  drawn: readonly bigint[],
  sums: Pick<Table, "mean" | "total" | "filtered">,
): Table {
  let candidates: readonly Candidate[] | undefined;
  let since: readonly bigint[] | undefined;
  const { service, version, taskKey, role } = key;
  return {
    ...{ service, version, taskKey, role },
    get candidates() {
      candidates ??= rows.map((row, i) => candidateOf(row, dec(drawn[i] ?? 0n)));
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
