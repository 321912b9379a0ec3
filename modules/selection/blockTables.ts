import type { Address } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { Role, type Release } from "../registry/index.ts";
import { agesAt, type Ages } from "../reputation/index.ts";
import { findBond } from "../staking/index.ts";
import { capacityOn } from "./eligibility.ts";
import { drawFrom, type Seats } from "./draw.ts";
import { SharedTable, type View } from "./sharedTable.ts";
import { survey, type Surveyed } from "./survey.ts";
import {
  announced,
  requireRelease,
  tableOf,
  type Announced,
  type Exclusions,
  type Table,
  type TableKey,
} from "./table.ts";

export type DrawRequest = Omit<TableKey, "role"> &
  Exclusions & {
    readonly seed: Uint8Array;
    /** N. */
    readonly count: number;
    readonly reserves: number;
  };

export type Drawn = {
  /** undefined: 1 + N could not be filled. */
  readonly seats: Seats | undefined;
  readonly executors: View;
  /** undefined where N = 0. */
  readonly validators: View | undefined;
};

/** What is known of one service: its nodes at the block's start, and those that were drawn since. */
type OnService = { readonly nodes: readonly Surveyed[]; readonly drawn: Set<Address> };
/** The same for one release of it. */
type OnRelease = { readonly release: Release; readonly nodes: readonly Announced[] };

/**
 * The candidates' tables of one block's draws, each worked out once (P13). Make one at the begin of a block, before the
 * first draw takes a seat, and drop it at the end of that step: factors and mean are those of the block's start. Seats
 * taken meanwhile are read from the state between draws, so that a draw that was undone counts for nothing. Every
 * draw answers as `drawSeats` does with what it left out taken out of both tables.
 */
export class BlockTables {
  #ages: Ages | undefined;
  readonly #services = new Map<string, OnService>();
  readonly #releases = new Map<string, OnRelease>();
  readonly #tables = new Map<string, SharedTable>();
  #unsettled: { readonly service: string; readonly nodes: readonly Address[] } | undefined;

  draw(ctx: ReadCtx, request: DrawRequest): Drawn {
    this.#settle(ctx);
    const { service, version, taskKey, seed, count, reserves } = request;
    const shared = (role: Role): SharedTable =>
      this.#shared(ctx, { service, version, taskKey, role });
    const executors = shared(Role.ROLE_EXECUTOR);
    const validators = count > 0 ? shared(Role.ROLE_VALIDATOR) : undefined;
    const ofExecutors = executors.leaveOut(request);
    const ofValidators = validators?.leaveOut(request);
    const pool = validators?.pool ?? executors.pool;
    const seats = drawFrom(seed, executors.pool, pool, count, reserves);
    ofExecutors.putBack();
    ofValidators?.putBack();
    if (seats !== undefined)
      this.#unsettled = { service, nodes: [seats.executor, ...seats.validators] };
    return { seats, executors: ofExecutors.view, validators: ofValidators?.view };
  }

  /** The table of the block's start, with nobody left out. */
  table(ctx: ReadCtx, key: TableKey): Table {
    return this.#shared(ctx, key).table;
  }

  /** Nodes of the last draw that hold all their seats now leave the tables of their service. */
  #settle(ctx: ReadCtx): void {
    const last = this.#unsettled;
    this.#unsettled = undefined;
    if (last === undefined) return;
    const { drawn } = this.#onService(ctx, last.service);
    for (const node of last.nodes) drawn.add(node);
    for (const shared of this.#tables.values())
      if (shared.table.service === last.service) this.#fill(ctx, shared, last.nodes);
  }

  #fill(ctx: ReadCtx, shared: SharedTable, nodes: Iterable<Address>): void {
    const { service, version } = shared.table;
    const { release } = this.#onRelease(ctx, service, version);
    for (const node of nodes) {
      const bond = findBond(ctx, service, node);
      if (bond === undefined || bond.openSeats >= capacityOn(bond, release)) shared.fill(node);
    }
  }

  #shared(ctx: ReadCtx, key: TableKey): SharedTable {
    const { service, version, taskKey, role } = key;
    const name = `${service} ${version} ${role} ${taskKey}`;
    const found = this.#tables.get(name);
    if (found !== undefined) return found;
    const { nodes } = this.#onRelease(ctx, service, version);
    const made = new SharedTable(tableOf(ctx, key, nodes, this.#agesAt(ctx)));
    this.#tables.set(name, made);
    this.#fill(ctx, made, this.#onService(ctx, service).drawn);
    return made;
  }

  #onRelease(ctx: ReadCtx, service: string, version: string): OnRelease {
    const name = `${service} ${version}`;
    const found = this.#releases.get(name);
    if (found !== undefined) return found;
    const release = requireRelease(ctx, service, version);
    const nodes = announced(ctx, release, this.#onService(ctx, service).nodes);
    const made = { release, nodes };
    this.#releases.set(name, made);
    return made;
  }

  #onService(ctx: ReadCtx, service: string): OnService {
    const found = this.#services.get(service);
    if (found !== undefined) return found;
    const nodes = survey(ctx, service, this.#agesAt(ctx));
    const made = { nodes, drawn: new Set<Address>() };
    this.#services.set(service, made);
    return made;
  }

  #agesAt(ctx: ReadCtx): Ages {
    this.#ages ??= agesAt(ctx);
    return this.#ages;
  }
}
