import type { Address } from "../../core/brand.ts";
import type { DrawPool } from "../../core/math/weightedChoicePanel.ts";
import { ReasonCounts, type Filtered } from "./eligibility.ts";
import type { ReadyTable } from "./readyTable.ts";
import type { Exclusions, Table } from "./table.ts";

/** What a draw saw of one table: the same table for all draws of the block, less what it left out. */
export type View = {
  readonly table: Table;
  /** Positions in the table, ascending. */
  readonly excluded: readonly number[];
  /** The table's reasons and those of this request. */
  readonly filtered: readonly Filtered[];
};

/** A view while its draw runs: what it leaves out is out of the pool until it is put back. */
export type OpenView = { readonly view: View; putBack(): void };

/** One table of a block with the pool that all its draws share. */
export class SharedTable {
  readonly table: Table;
  readonly pool: DrawPool;
  readonly #ready: ReadyTable;
  readonly #full: number[] = [];
  readonly #late = new Map<bigint, readonly number[]>();

  constructor(ready: ReadyTable) {
    this.#ready = ready;
    this.table = ready.table;
    this.pool = {
      urn: ready.urn(),
      nodeAt: (index) => ready.nodeAt(index),
      indexOf: (node) => ready.indexOf(node),
    };
  }

  /** The node holds all the seats it can: out for the rest of the block. */
  fill(node: Address): void {
    const index = this.pool.indexOf(node);
    if (index !== undefined && this.pool.urn.remove(index)) this.#full.push(index);
  }

  leaveOut({ requester, notAfterHeight }: Exclusions): OpenView {
    const { table, pool } = this;
    const counts = new ReasonCounts(table.filtered);
    if (this.#full.length > 0) counts.add("at capacity", this.#full.length);
    const own = requester === undefined ? undefined : pool.indexOf(requester);
    const removed: number[] = [];
    const remove = (index: number): boolean => {
      const here = pool.urn.remove(index);
      if (here) removed.push(index);
      return here;
    };
    if (own !== undefined && remove(own)) counts.add("own node");
    for (const index of this.#lateFor(notAfterHeight)) {
      if (remove(index)) counts.add("after the request");
    }
    const excluded = [...this.#full, ...removed].sort((a, b) => a - b);
    return {
      view: { table, excluded, filtered: counts.list() },
      putBack() {
        for (const index of removed) pool.urn.restore(index);
      },
    };
  }

  /** Positions of bonds and instances made after this height: few requests of a block differ in theirs. */
  #lateFor(height: bigint | undefined): readonly number[] {
    if (height === undefined) return [];
    const found = this.#late.get(height) ?? this.#ready.after(height);
    this.#late.set(height, found);
    return found;
  }
}
