import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import type { Height } from "../../core/brand.ts";
import { inBranch, type Ctx } from "../../core/context.ts";
import { branch, type Branch } from "../../core/store/branch.ts";
import { netChanges } from "../../core/store/changes.ts";
import type { ReadStore } from "../../core/store/kv.ts";
import type { Multistore } from "../../core/store/multistore.ts";
import { noteWork } from "../../modules/clock/index.ts";
import { Role } from "../../modules/registry/index.ts";
import {
  BlockTables,
  candidates,
  selectionRecord,
  tableRecord,
  type Drawn,
  type DrawRequest,
  type Table,
  type View,
} from "../../modules/selection/index.ts";
import { takeSeat } from "../../modules/staking/index.ts";
import { genesisMs } from "../support/ctx.ts";
import {
  committedWorld,
  drawWorld,
  govern,
  happen,
  nodes,
  otherKey,
  recover,
  rememberedRecords,
  restarted,
  versions,
  withoutHistory,
} from "../support/drawWorld.ts";
import { epochMs, nodeAt, service, taskKey, version } from "../support/nodes.ts";
import { seededRandom } from "../support/seededRandom.ts";

const seed = Number(process.env["TEST_SEED"] ?? 1);
const worlds = 6;
const blocks = 60;
const keepVersions = 4;
const roles = [Role.ROLE_EXECUTOR, Role.ROLE_VALIDATOR];

/** Everything that anybody can see of a draw. */
function seen({ seats, executors, validators }: Drawn): unknown {
  const view = (of: View | undefined): unknown =>
    of === undefined ? undefined : { ...of, table: { ...of.table } };
  const record =
    seats === undefined
      ? undefined
      : selectionRecord({
          ...{ seed: new Uint8Array(), requestedHeight: 1n, drawnHeight: 2n, beacons: [] },
          ...{ appHash: new Uint8Array(), picks: seats.picks, executors, validators },
        });
  const records = [executors, validators].map((of) => (of ? tableRecord(of.table) : []));
  return { seats, executors: view(executors), validators: view(validators), record, records };
}

class Run {
  readonly #world = drawWorld();
  readonly #random: (below: number) => number;
  #store: Multistore;
  #timeMs = genesisMs;
  draws = 0;
  seats = 0;
  /** Blocks with draws, and those of them that walked all bonds because nothing was remembered. */
  drawing = 0;
  walks = 0;
  replay: string;

  constructor(number: number) {
    this.#random = seededRandom(seed * 1_000 + number);
    this.#store = committedWorld(this.#world, keepVersions);
    this.replay = `world ${number}, replay with TEST_SEED=${seed}`;
  }

  block(): void {
    const random = this.#random;
    const steps = [1_000n, 1_000n, 1_000n, 1_000n, 1_000n, 700_000n, epochMs / 2n, 21_600_000n];
    this.#timeMs += steps[random(steps.length)] ?? 1_000n;
    // Worked out several times where a proposal fails: only the last one is committed.
    for (let rounds = 1 + (random(4) === 0 ? 1 + random(2) : 0); rounds > 1; rounds--) {
      this.#workOut();
      this.#store.discard();
    }
    const store = this.#workOut();
    this.#store.stage(this.#store.version + 1n, netChanges(this.#store.view(), store.dirty()));
    this.#store.commit();
    if (random(25) === 0) this.#store = restarted(this.#store, keepVersions);
  }

  /** A block's steps over a branch of the state, sometimes over a branch of a branch. */
  #workOut(): Branch {
    const random = this.#random;
    const outer = branch(counting(this.#store.view(), () => (this.walks += 1)));
    const inner = random(3) === 0 ? branch(outer) : outer;
    const height = (this.#store.version + 1n) as Height;
    const ctx: Ctx = { ...this.#world.at({ height, timeMs: this.#timeMs }), store: inner };
    this.#happenings(ctx);
    if (random(10) === 0) govern(ctx, random);
    if (random(4) === 0) recover(ctx, random);
    // Not in every block, so that what is remembered gets old, and older than what is known.
    if (random(3) > 0) this.#draws(ctx);
    this.#happenings(ctx);
    noteWork(ctx);
    if (inner !== outer) inner.mergeInto(outer);
    return outer;
  }

  /** What is remembered of writes is what stands in the store. */
  compareRecords(): number {
    let compared = 0;
    const ctx = { ...this.#world.at(), store: branch(this.#store.view()) };
    for (const [read, decoded] of rememberedRecords(ctx)) {
      assert.deepEqual({ ...(read as object) }, decoded, this.replay);
      compared += 1;
    }
    return compared;
  }

  #happenings(ctx: Ctx): void {
    for (let i = this.#random(8); i > 0; i--) {
      if (this.#random(4) > 0) happen(ctx, this.#random);
      else this.#undone(ctx, (own) => happen(own, this.#random));
    }
  }

  #undone(ctx: Ctx, step: (own: Ctx) => void): void {
    assert.throws(
      () =>
        inBranch(ctx, (own) => {
          step(own);
          throw new RangeError("undone");
        }),
      RangeError,
      this.replay,
    );
  }

  #draws(ctx: Ctx): void {
    const random = this.#random;
    this.drawing += 1;
    const [tables, plain] = [new BlockTables(), new BlockTables()];
    const key = { service, version, taskKey };
    const before: [Table, Table][] = roles.map((role) => [
      tables.table(ctx, { ...key, role }),
      candidates(withoutHistory(ctx), { ...key, role }),
    ]);
    const drawOne = (own: Ctx): void => {
      const request = this.#request(own);
      const used = own.gas.used;
      const drawn = tables.draw(own, request);
      assert.equal(own.gas.used, used, this.replay);
      const twin = plain.draw(withoutHistory(own), request);
      assert.deepEqual(seen(drawn), seen(twin), this.replay);
      this.draws += 1;
      const { seats } = drawn;
      if (seats === undefined) return;
      this.seats += seats.picks.length;
      for (const node of [seats.executor, ...seats.validators]) takeSeat(own, service, node);
    };
    for (let i = 1 + random(5); i > 0; i--) {
      if (random(5) === 0) this.#undone(ctx, drawOne);
      else inBranch(ctx, drawOne);
    }
    // Looked at last: what follows must not show in what was handed out before.
    for (const [table, expected] of before) assert.deepEqual({ ...table }, expected, this.replay);
  }

  #request(ctx: Ctx): DrawRequest {
    const random = this.#random;
    const own = random(2) === 0 ? { requester: nodeAt(random(nodes + 2)) } : {};
    return {
      service,
      version: random(4) === 0 ? (versions[1] ?? version) : version,
      taskKey: random(4) === 0 ? otherKey : taskKey,
      seed: createHash("sha256")
        .update(`${ctx.block.height} ${random(2 ** 30)}`)
        .digest(),
      count: random(5),
      reserves: random(3),
      notAfterHeight: ctx.block.height - BigInt(1 + random(4)),
      ...own,
    };
  }
}

/** Tells of every walk over the bonds of a service that the state is asked for by somebody who can remember. */
function counting(store: ReadStore, walked: () => void): ReadStore {
  return {
    get: (name, key) => store.get(name, key),
    has: (name, key) => store.has(name, key),
    range(name, start, end, reverse) {
      if (name === "staking" && start.startsWith("\u0001")) walked();
      return store.range(name, start, end, reverse);
    },
    get history() {
      return store.history;
    },
  };
}

describe("selection: what outlives a block", () => {
  it("D17: draws with a memory answer as draws without one, whatever happened in between", (t) => {
    const total = { draws: 0, seats: 0, drawing: 0, walks: 0, records: 0 };
    for (let number = 0; number < worlds; number++) {
      const run = new Run(number);
      for (let i = 0; i < blocks; i++) {
        run.block();
        total.records += run.compareRecords();
      }
      total.draws += run.draws;
      total.seats += run.seats;
      total.drawing += run.drawing;
      total.walks += run.walks;
    }
    const { draws, seats, drawing, walks } = total;
    t.diagnostic(`reliability: draws compared with ones without a memory = ${draws}`);
    // The twin and the oracle walk themselves: once for the twin's block and once for each of two tables.
    const whole = walks - 3 * drawing;
    t.diagnostic(`reliability: blocks drawn from memory = ${drawing - whole}`);
    assert.ok(total.records > 1_000, `${total.records} records compared`);
    assert.ok(seats > draws, `expected most draws to fill their seats, got ${seats} of ${draws}`);
    assert.ok(whole > 0 && whole < drawing, `expected some of ${drawing} walks, got ${whole}`);
  });
});
