import assert from "node:assert/strict";
import { toHex, utf8Encode } from "../../core/bytes.ts";
import type { ReadCtx } from "../../core/context.ts";
import { taggedHash } from "../../core/crypto/hash.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import * as auth from "../../modules/auth/index.ts";
import * as bank from "../../modules/bank/index.ts";
import * as beacon from "../../modules/beacon/index.ts";
import * as clock from "../../modules/clock/index.ts";
import { releases } from "../../modules/registry/state.ts";
import { counters } from "../../modules/reputation/state.ts";
import { BondStatus } from "../../modules/staking/index.ts";
import { bonds, forgetting } from "../../modules/staking/state.ts";
import {
  findTask,
  params as taskParams,
  SeatOutcome,
  SeatStatus,
  TaskStatus,
  wholeTask,
  type Task,
  type TaskId,
} from "../../modules/tasks/index.ts";
import { deadlines, digests, progress, tasks } from "../../modules/tasks/state.ts";
import { testRegistry } from "../support/driverReplica.ts";
import { Grants } from "./grants.ts";
import { faultsOfTask, leastSlash } from "./oracle.ts";
import type { Decided, SimNetwork } from "./network.ts";
import { outcomeName, seatName, statusName } from "./words.ts";
import type { World } from "./world.ts";

type EventLike = {
  readonly type: string;
  readonly attributes: readonly { key: string; value: string }[];
};

const accountOnly = new Set(["acc", "bank", "clock", "feegrant"]);

const restful = new Set(["auth", "registry", "reputation", "beacon", "clock", "feegrant"]);

/** What a transaction says that was paid for and did not succeed; of a grant that its fee used up: that it is revoked. */
const anteEvents = new Set([
  ...["coin_spent", "coin_received", "transfer", "message", "tx"],
  ...["use_feegrant", "update_feegrant", "revoke_feegrant"],
]);

/** Of a task whose window was open before a block. */
type Waiting = { readonly status: number; readonly attempt: number; readonly windowEnd: bigint };

/** What must hold after every block, beside that all replicas say the same (THREATS 7.3). */
export class Checks {
  readonly #net: SimNetwork;
  readonly #world: World;
  #supply: bigint;
  #waiting = new Map<bigint, Waiting>();
  readonly #faultIds = new Set<string>();
  readonly #published = new Map<string, string>();
  readonly #succeeded = new Map<string, bigint>();
  readonly #beacons = new Map<bigint, Uint8Array>();
  readonly #hashes = new Map<bigint, Uint8Array>();
  readonly #proposers = new Map<bigint, number>();
  readonly #grants: Grants;
  #alarms = 0;
  #pruned = 0;
  #remembered = 0;

  constructor(world: World) {
    this.#world = world;
    this.#net = world.net;
    this.#grants = new Grants(world.tallies);
    this.#supply = -1n;
  }

  after(block: Decided): void {
    const { ctx } = this.#net;
    const faults: string[] = [];
    const want = (what: string | undefined): void => {
      if (what !== undefined) faults.push(what);
    };
    this.#note(block);
    const events = eventsOf(block);
    this.#modules(ctx, block, want);
    const silent = this.#silentWork(ctx);
    if (this.#grants.after(block, ctx, want)) silent.add("feegrant");
    this.#results(block, silent, want);
    this.#quiet(block, silent, want);
    this.#coins(ctx, events, want);
    this.#slashes(events, want);
    this.#windows(ctx, block, want);
    this.#finished(ctx, block, events, want);
    this.#drawn(ctx, events, want);
    this.#caps(ctx, events, want);
    if (block.height % 20n === 0n) this.#releases(ctx, want);
    this.#alarmed(want);
    assert.deepEqual(faults, [], `height ${block.height}`);
  }

  #note({ height, answer, proposer, txs }: Decided): void {
    this.#hashes.set(height, answer.appHash);
    this.#proposers.set(height, proposer);
    const first = txs[0];
    const prefix = Uint8Array.of(0, ...utf8Encode("assay/beacon/v1"));
    const isContribution =
      first !== undefined && toHex(first.subarray(0, prefix.length)) === toHex(prefix);
    if (isContribution) this.#beacons.set(height, sha256(first.slice(prefix.length)));
  }

  /** All invariants of the modules; those of a module at rest only now and then, but where money is. */
  #modules(
    ctx: ReadCtx,
    { changed, height }: Decided,
    want: (what: string | undefined) => void,
  ): void {
    for (const { name, store = name, invariants = {} } of testRegistry().modules) {
      const rests = restful.has(name) && !changed.includes(store) && height % 10n !== 0n;
      if (rests || changed.length === 0) continue;
      for (const [invariant, check] of Object.entries(invariants)) {
        const text = check(ctx);
        if (text !== undefined) want(`${name}.${invariant}: ${text}`);
      }
    }
  }

  /** The stores that work without an event may have changed: finished tasks are pruned, old faults and grants forgotten. */
  #silentWork(ctx: ReadCtx): Set<string> {
    const silent = new Set<string>();
    const pruned = [...digests.keys(ctx)].length;
    const remembered = [...forgetting.keys(ctx)].length;
    if (pruned > this.#pruned) silent.add("tasks");
    if (remembered < this.#remembered) silent.add("staking");
    this.#pruned = pruned;
    this.#remembered = remembered;
    return silent;
  }

  /** Junk is refused, nothing runs twice, and a failed transaction leaves its fee and sequence only. */
  #results(
    { txs, answer, openBefore, changed, height }: Decided,
    silent: ReadonlySet<string>,
    want: (what: string) => void,
  ): void {
    const { tallies, hopeless } = this.#world;
    let failed = txs.length > 0;
    for (const [i, tx] of txs.entries()) {
      const result = answer.txResults[i] ?? assert.fail("expected a result");
      const code = `${result.codespace}/${result.code}`;
      tallies.add(result.code === 0 ? "txs" : "txs refused");
      tallies.add(`code ${code}`);
      if (result.code === 0) failed = false;
      const awaited = this.#world.awaited.get(tx);
      this.#world.awaited.delete(tx);
      if (result.code === 0 && awaited !== undefined) tallies.add(awaited);
      const left = result.events.filter(({ type }) => !anteEvents.has(type));
      if (result.code !== 0 && left.length > 0)
        want(`transaction ${i}: refused, but left ${left.map(({ type }) => type).join(",")}`);
      if (result.codespace === "undefined") want(`transaction ${i}: internal error: ${result.log}`);
      if (result.code === 0 && hopeless.has(tx))
        want(`transaction ${i}: expected a refusal, got 0`);
      hopeless.delete(tx);
      if (result.code !== 0 || tx[0] === 0) continue;
      const id = toHex(sha256(tx));
      if (this.#succeeded.has(id))
        want(`transaction ${i}: succeeded at ${this.#succeeded.get(id)} already`);
      this.#succeeded.set(id, height);
    }
    const own = answer.events.length === 0 && !openBefore;
    const foreign = changed.filter((store) => !accountOnly.has(store) && !silent.has(store));
    if (failed && own && foreign.length > 0)
      want(`failed transactions changed ${foreign.join(",")}`);
  }

  /** An idle chain writes nothing; an open window makes the next block come. */
  #quiet(
    { txs, answer, openBefore, hashBefore, changed, height }: Decided,
    silent: ReadonlySet<string>,
    want: (what: string) => void,
  ): void {
    const same = toHex(hashBefore) === toHex(answer.appHash);
    if (openBefore && same) want("open windows: expected a tick, got the same app hash");
    if (same !== (changed.length === 0) && height > 1n)
      want(`changes in ${changed.join(",")}: same hash: ${same}`);
    const atRest = txs.length === 0 && answer.events.length === 0 && !openBefore;
    if (atRest && !same && silent.size === 0 && height > 1n)
      want(`idle: expected no change, got ${changed.join(",")}`);
  }

  /** Nothing mints in this version: what the supply loses was burned, and said so. */
  #coins(ctx: ReadCtx, events: readonly EventLike[], want: (what: string) => void): void {
    const supply = bank.supply(ctx, "uassay");
    const burned = sumOf(events, "burn", "amount");
    if (this.#supply >= 0n && supply !== this.#supply - burned)
      want(`supply: expected ${this.#supply} - ${burned}, got ${supply}`);
    this.#supply = supply;
    const account = auth.getAccount(ctx, this.#world.cast.poor.address);
    if (account === undefined) want("account: expected that of the poor");
  }

  /** One fault id takes once, and what it takes leaves the chain but for a fifth. */
  #slashes(events: readonly EventLike[], want: (what: string) => void): void {
    let taken = 0n;
    for (const event of events) {
      if (event.type !== "slashed") continue;
      const { service, node, fault, amount = "0" } = attributesOf(event);
      const id = `${service} ${node} ${fault}`;
      if (this.#faultIds.has(id)) want(`slash: ${id} came twice`);
      this.#faultIds.add(id);
      taken += BigInt(amount);
    }
    const burned = sumOf(events, "burn", "amount");
    if (burned * 100n < taken * 75n)
      want(`slashes of ${taken}: expected most to burn, got ${burned}`);
  }

  /** A window closes when all have posted or at its end, not before and not after. */
  #windows(ctx: ReadCtx, { height }: Decided, want: (what: string) => void): void {
    const before = this.#waiting;
    this.#waiting = new Map();
    const { duePerBlock } = taskParams(ctx);
    for (const id of progress.keys(ctx)) {
      const task = tasks.get(ctx, id);
      if (task === undefined) continue;
      const { status, attempt, windowEnd, windowStart } = task;
      this.#waiting.set(id, { status, attempt, windowEnd });
      const capped = duePerBlock < 500;
      const { commitBlocks, revealBlocks } = task;
      const length = status === TaskStatus.TASK_STATUS_REVEAL ? revealBlocks : commitBlocks;
      if (windowEnd !== windowStart + BigInt(length))
        want(`task ${id}: expected a window of ${length}, got ${windowEnd - windowStart}`);
      if (!capped && height >= windowEnd && this.#heardSince(windowStart, height))
        want(`task ${id}: expected its window to close at ${windowEnd}, got ${height}`);
      if (!capped && height >= task.windowLimit) want(`task ${id}: open after ${task.windowLimit}`);
    }
    for (const [due, id] of deadlines.keys(ctx)) {
      if (due <= height && duePerBlock >= 500) want(`task ${id}: due at ${due}, open at ${height}`);
    }
    for (const [id, old] of before) this.#closed(ctx, id as TaskId, old, height, want);
  }

  #heardSince(start: bigint, height: bigint): boolean {
    const heard = new Set<number>();
    for (let at = start + 1n; at <= height; at++) heard.add(this.#proposers.get(at) ?? 0);
    return heard.size >= Math.min(3, this.#net.proposers.length);
  }

  #closed(
    ctx: ReadCtx,
    id: TaskId,
    old: Waiting,
    height: bigint,
    want: (what: string) => void,
  ): void {
    const now = findTask(ctx, id);
    if (now === undefined) return;
    if (now.status === old.status && now.attempt === old.attempt) return;
    this.#world.tallies.add(`transition: ${statusName(old.status)} -> ${statusName(now.status)}`);
    if (height >= old.windowEnd) return;
    const task = wholeTask(ctx, now);
    const awaited =
      old.status === TaskStatus.TASK_STATUS_REVEAL
        ? SeatStatus.SEAT_STATUS_COMMITTED
        : SeatStatus.SEAT_STATUS_OPEN;
    const open = task.seats.some(
      (seat) => seat.status === awaited && seat.index !== task.executorSeat,
    );
    if (open) want(`task ${id}: expected its window until ${old.windowEnd}, got ${height}`);
  }

  #finished(
    ctx: ReadCtx,
    block: Decided,
    events: readonly EventLike[],
    want: (what: string) => void,
  ): void {
    for (const event of events) {
      if (event.type !== "task_finished") continue;
      const id = BigInt(attributesOf(event)["task_id"] ?? "0") as TaskId;
      const stored = findTask(ctx, id);
      if (stored === undefined) continue;
      const task = wholeTask(ctx, stored);
      this.#tell(task);
      for (const fault of faultsOfTask(task)) want(fault);
      this.#paidFor(ctx, task, want);
      if (task.validators === 0) this.#earnsNothing(ctx, block, task, want);
    }
  }

  #tell(task: Task): void {
    const { tallies } = this.#world;
    tallies.add("tasks");
    tallies.add(`task ended: ${statusName(task.status)}${task.overruled ? " overruled" : ""}`);
    tallies.add(`attempts of a task: ${task.attempt}`);
    for (const seat of task.seats) {
      tallies.add(`seat: ${seatName(seat.status)}, ${outcomeName(seat.outcome)}`);
    }
  }

  /** A content fault costs at least the fraction of PROTOCOL 12 where the whole stake is there. */
  #paidFor(ctx: ReadCtx, task: Task, want: (what: string) => void): void {
    if (task.validators === 0) return;
    for (const seat of task.seats) {
      if (seat.outcome !== SeatOutcome.SEAT_OUTCOME_SLASHED) continue;
      const bond = bonds.get(ctx, [task.service, seat.node]);
      if (bond === undefined || bond.amount < task.seatStake) continue;
      const least = leastSlash(task, seat.role);
      if (seat.slashed < least)
        want(
          `task ${task.id} seat ${seat.index}: slash: expected at least ${least}, got ${seat.slashed}`,
        );
      // A leak was punished when it was shown: its jail may be over.
      const now = seat.status !== SeatStatus.SEAT_STATUS_VOID;
      if (now && bond.status === BondStatus.BOND_STATUS_ACTIVE)
        want(`task ${task.id} seat ${seat.index}: expected its node in jail`);
    }
  }

  /** Unchecked work gives no public reputation (Z7). */
  #earnsNothing(
    ctx: ReadCtx,
    { height, timeMs }: Decided,
    task: Task,
    want: (what: string) => void,
  ): void {
    const { state } = this.#net.first;
    const store = state.db.multistore.view(height - 1n);
    if (store === undefined) return;
    const before = state.readCtx(store, state.blockAt(height - 1n, timeMs, new Uint8Array(20)));
    for (const { node } of task.seats) {
      for (const counter of counters.values(ctx)) {
        if (counter.node !== node || counter.service !== task.service) continue;
        const old = [...counters.values(before)].find(
          (one) =>
            one.node === node &&
            one.service === counter.service &&
            one.key === counter.key &&
            one.role === counter.role,
        );
        if (counter.successes <= (old?.successes ?? 0n)) continue;
        if (!this.#workedElsewhere(ctx, node, height))
          want(`task ${task.id}: reputation for N = 0`);
      }
    }
  }

  #workedElsewhere(ctx: ReadCtx, node: string, height: bigint): boolean {
    return [...tasks.values(ctx)].some(
      (task) =>
        task.finishedHeight === height &&
        task.validators > 0 &&
        wholeTask(ctx, task).seats.some((seat) => seat.node === node),
    );
  }

  /** The seed of PROTOCOL 7.2 from what this test saw of the blocks. */
  #drawn(ctx: ReadCtx, events: readonly EventLike[], want: (what: string) => void): void {
    for (const event of events) {
      if (event.type !== "task_assigned") continue;
      const id = BigInt(attributesOf(event)["task_id"] ?? "0") as TaskId;
      const task = findTask(ctx, id);
      if (task === undefined) continue;
      this.#world.tallies.add("transition: requested -> commit");
      const beacons: Uint8Array[] = [];
      for (let at = task.requestedHeight + 1n; at <= task.drawnHeight; at++)
        beacons.push(this.#beacons.get(at) ?? assert.fail(`expected a beacon of ${at}`));
      const seed = taggedHash(
        "draw",
        ...[this.#net.chainId, "task", task.id, 1n, task.input.sha256],
        this.#hashes.get(task.requestedHeight) ?? new Uint8Array(),
        ...beacons,
      );
      if (toHex(seed) !== toHex(task.seed)) want(`task ${id}: seed: expected ${toHex(seed)}`);
    }
  }

  #caps(ctx: ReadCtx, events: readonly EventLike[], want: (what: string) => void): void {
    const { requestsPerBlock } = taskParams(ctx);
    const requested = events.filter(({ type }) => type === "task_requested").length;
    if (requested > requestsPerBlock)
      want(`requests: expected at most ${requestsPerBlock}, got ${requested}`);
    if (requested === requestsPerBlock) this.#world.tallies.add("cap requests per block");
    if (beacon.pendingDraws(ctx) > clock.openWindows(ctx)) want("draws: expected a window each");
  }

  /** (service, version) never changes but for its status. */
  #releases(ctx: ReadCtx, want: (what: string) => void): void {
    for (const [[service, version], release] of releases.entries(ctx)) {
      const name = `${service}@${version}`;
      const { definitionHash, artifact, signature, publisher } = release;
      const said = [definitionHash, artifact.sha256, signature].map(toHex).join() + publisher;
      if ((this.#published.get(name) ?? said) !== said) want(`release ${name} changed`);
      this.#published.set(name, said);
    }
  }

  /** Refused proposals are expected; anything else is a bug that an operator would be called for. */
  #alarmed(want: (what: string) => void): void {
    const alarms = this.#net.replicas.flatMap(({ state }) => state.alarms.splice(0));
    for (const alarm of alarms) if (!/^proposal \d+ refused/.test(alarm)) want(`alarm: ${alarm}`);
    this.#alarms += alarms.length;
  }
}

function eventsOf({ answer }: Decided): EventLike[] {
  return [...answer.events, ...answer.txResults.flatMap(({ events }) => events)];
}

function attributesOf(event: EventLike): Record<string, string> {
  const entries = event.attributes.map(({ key, value }) => [key, value] as const);
  return Object.fromEntries(entries.map(([key, value]) => [key, value.replace(/^"|"$/g, "")]));
}

function sumOf(events: readonly EventLike[], type: string, key: string): bigint {
  let total = 0n;
  for (const event of events) {
    if (event.type !== type) continue;
    total += BigInt(/^\d+/.exec(attributesOf(event)[key] ?? "")?.[0] ?? "0");
  }
  return total;
}
