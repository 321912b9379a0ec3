import type { Address } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { GasMeter } from "../../core/gas.ts";
import { Role, type Release } from "../registry/index.ts";
import { agesAt, type Ages } from "../reputation/index.ts";
import { findBond } from "../staking/index.ts";
import { announcementsOf, type Announcements } from "./announcements.ts";
import { censusOf, type Census } from "./census.ts";
import { capacityOn } from "./eligibility.ts";
import { drawFrom, type Seats } from "./draw.ts";
import { tableMemory } from "./memory.ts";
import { nameOf, rowsOf } from "./rows.ts";
import { SharedTable, type View } from "./sharedTable.ts";
import { requireRelease, type Exclusions, type Table, type TableKey } from "./table.ts";

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
type OnService = { readonly census: Census; readonly drawn: Set<Address> };
/** The same for one release of it. */
type OnRelease = { readonly release: Release; readonly announcements: Announcements };

/**
 * The candidates' tables of one block's draws, each worked out once (P13). Make one at the begin of a block, before the
 * first draw takes a seat, and drop it at the end of that step: factors and mean are those of the block's start. Seats
 * taken meanwhile are read from the state between draws, so that a draw that was undone counts for nothing. Every
 * draw answers as `drawSeats` does with what it left out taken out of both tables. What earlier blocks worked out is
 * used again as far as nothing of it changed (ADR 0023); no gas is charged, because the reads depend on that memory.
 */
export class BlockTables {
  #ages: Ages | undefined;
  readonly #services = new Map<string, OnService>();
  readonly #releases = new Map<string, OnRelease>();
  readonly #tables = new Map<string, SharedTable>();
  #unsettled: { readonly service: string; readonly nodes: readonly Address[] } | undefined;

  draw(metered: ReadCtx, request: DrawRequest): Drawn {
    const ctx = unmetered(metered);
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
    return this.#shared(unmetered(ctx), key).table;
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
    const { service, version } = key;
    const name = nameOf(key);
    const found = this.#tables.get(name);
    if (found !== undefined) return found;
    const { announcements } = this.#onRelease(ctx, service, version);
    const rows = rowsOf(ctx, tableMemory(ctx), key, announcements, this.#agesAt(ctx));
    const made = new SharedTable(rows.ready);
    this.#tables.set(name, made);
    this.#fill(ctx, made, this.#onService(ctx, service).drawn);
    return made;
  }

  #onRelease(ctx: ReadCtx, service: string, version: string): OnRelease {
    const name = `${service} ${version}`;
    const found = this.#releases.get(name);
    if (found !== undefined) return found;
    const release = requireRelease(ctx, service, version);
    const { census } = this.#onService(ctx, service);
    const made = {
      release,
      announcements: announcementsOf(ctx, tableMemory(ctx), release, census),
    };
    this.#releases.set(name, made);
    return made;
  }

  #onService(ctx: ReadCtx, service: string): OnService {
    const found = this.#services.get(service);
    if (found !== undefined) return found;
    const census = censusOf(ctx, tableMemory(ctx), service, this.#agesAt(ctx));
    const made = { census, drawn: new Set<Address>() };
    this.#services.set(service, made);
    return made;
  }

  #agesAt(ctx: ReadCtx): Ages {
    this.#ages ??= agesAt(ctx);
    return this.#ages;
  }
}

function unmetered(ctx: ReadCtx): ReadCtx {
  return { ...ctx, gas: new GasMeter() };
}
