import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Address } from "../../../../core/brand.ts";
import { inBranch, type Ctx } from "../../../../core/context.ts";
import { one } from "../../../../core/math/dec.ts";
import { Role } from "../../../../modules/registry/index.ts";
import {
  BlockTables,
  candidates,
  drawSeats,
  selectionRecord,
  tableRecord,
  type Drawn,
  type DrawRequest,
  type Table,
} from "../../../../modules/selection/index.ts";
import { takeSeat } from "../../../../modules/staking/index.ts";
import { Selection } from "../../../../proto/gen/assay/selection/v1/selection.ts";
import {
  nodeAt,
  nodesWorld,
  oneAssay,
  service,
  taskKey,
  version,
  type NodeSeed,
  type NodesWorld,
} from "../../../support/nodes.ts";
import { slowDraw, type SlowCandidate } from "../../../support/slowDraw.ts";
import { toHex } from "../../../../core/bytes.ts";
import { bytesOfAddress } from "../../../../core/crypto/address.ts";

const { ROLE_EXECUTOR, ROLE_VALIDATOR } = Role;
const name = { service, version, taskKey };
const seedOf = (text: string): Uint8Array => createHash("sha256").update(text).digest();
const request = (changes: Partial<DrawRequest> = {}): DrawRequest => ({
  ...{ ...name, seed: seedOf("block tables"), count: 3, reserves: 2 },
  ...changes,
});

/** Nodes with few seats, so that they fill up within a block; some serve one role only. */
const seeds = Array.from({ length: 12 }, (_, i): NodeSeed => ({
  node: nodeAt(i),
  amount: BigInt((i % 5) + 1) * oneAssay,
  capacity: (i % 3) + 1,
  openSeats: i % 7 === 6 ? 1 : 0,
  successes: (BigInt(i % 4) * one) / 2n,
  load: (BigInt(i % 3) * one) / 4n,
  roles: i === 4 ? [ROLE_EXECUTOR] : i === 8 ? [ROLE_VALIDATOR] : [ROLE_EXECUTOR, ROLE_VALIDATOR],
  bondedHeight: i === 9 ? 97n : 0n,
  announcedHeight: i === 10 ? 99n : 0n,
}));

const take = (ctx: Ctx, { seats }: Drawn): void => {
  for (const node of seats === undefined ? [] : [seats.executor, ...seats.validators])
    takeSeat(ctx, service, node);
};

/**
 * The same draws the slow way: tables of the block's start worked out once by `candidates`; for each draw, filtered by
 * the seats taken so far and by the request, then sorted and scanned.
 */
class SlowBlock {
  readonly #tables: readonly [Table, Table];
  readonly #free = new Map<Address, number>();

  constructor(ctx: Ctx) {
    const table = (role: Role): Table => candidates(ctx, { ...name, role });
    this.#tables = [table(ROLE_EXECUTOR), table(ROLE_VALIDATOR)];
    for (const { node, capacity = 4, openSeats = 0 } of seeds)
      this.#free.set(node, capacity - openSeats);
  }

  draw({ seed, count, reserves, requester, notAfterHeight = 100n }: DrawRequest): unknown {
    const left = (table: Table): SlowCandidate[] =>
      table.candidates
        .filter(({ node }, i) => {
          const late = (table.since[i] ?? 0n) > notAfterHeight;
          return node !== requester && !late && (this.#free.get(node) ?? 0) > 0;
        })
        .map(({ node, drawnWeight }) => ({
          address: toHex(bytesOfAddress(node)),
          weight: drawnWeight,
        }));
    const [executors, validators] = this.#tables.map(left);
    const picks = slowDraw(seed, [
      { kind: "executor", table: executors ?? [], count: 1, atLeast: 1 },
      { kind: "validator", table: validators ?? [], count, atLeast: count },
      { kind: "reserve", table: executors ?? [], count: reserves, atLeast: 0 },
    ]);
    for (const { kind, address } of picks ?? []) {
      if (kind === "reserve") continue;
      const node = seeds.find((seed) => toHex(bytesOfAddress(seed.node)) === address)?.node;
      if (node !== undefined) this.#free.set(node, (this.#free.get(node) ?? 0) - 1);
    }
    return picks;
  }
}

const plain = ({ seats }: Drawn): unknown =>
  seats?.picks.map(({ kind, node, draw }) => ({
    ...{ kind, address: toHex(bytesOfAddress(node)), draw },
  }));

describe("selection: tables of a block", () => {
  it("draws like a slow block that takes candidates out and adds up anew, until all seats are taken", () => {
    const draws = fc.array(
      fc.record({
        seed: fc.string().map(seedOf),
        count: fc.nat(4),
        reserves: fc.nat(3),
        requester: fc.option(fc.nat(13).map(nodeAt), { nil: undefined }),
        notAfterHeight: fc.constantFrom(95n, 97n, 98n, 99n, 100n),
      }),
      { minLength: 1, maxLength: 14 },
    );
    fc.assert(
      fc.property(draws, (list) => {
        const world = nodesWorld(seeds);
        const ctx = world.at();
        const tables = new BlockTables();
        const slow = new SlowBlock(world.at());
        for (const { requester, ...rest } of list) {
          const one = request({ ...rest, ...(requester === undefined ? {} : { requester }) });
          const drawn = tables.draw(ctx, one);
          assert.deepEqual(plain(drawn), slow.draw(one));
          take(ctx, drawn);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("D17: a block that starts again gives at every draw the picks of the warm tables", () => {
    const list = Array.from({ length: 8 }, (_, i) => request({ seed: seedOf(`draw ${i}`) }));
    const run = (requests: readonly DrawRequest[]): unknown[] => {
      const ctx = nodesWorld(seeds).at();
      const tables = new BlockTables();
      return requests.map((one) => {
        const drawn = tables.draw(ctx, one);
        take(ctx, drawn);
        return plain(drawn);
      });
    };
    const warm = run(list);
    for (const [i, picks] of warm.entries()) assert.deepEqual(run(list.slice(0, i + 1))[i], picks);
    assert.ok(warm.filter((picks) => picks !== undefined).length > 3);
  });

  it("D17: what is remembered of stored bytes changes no table", () => {
    const world = nodesWorld(seeds);
    const table = (of: NodesWorld): Table =>
      candidates(of.atEpoch(7n), { ...name, role: ROLE_EXECUTOR });
    const first = table(world);
    assert.deepEqual(table(world), first);
    // The same bytes in new arrays: nothing of them is remembered.
    for (const [path, value] of world.store.dump()) {
      const at = path.indexOf("/");
      world.store.set(path.slice(0, at), path.slice(at + 1) as never, Uint8Array.from(value));
    }
    assert.deepEqual(table(world), first);
    assert.deepEqual(table(nodesWorld(seeds)), first);
  });

  it("a draw that is undone takes no seat in the next one", () => {
    const world = nodesWorld(seeds.map((seed) => ({ ...seed, capacity: 1, openSeats: 0 })));
    const ctx = world.at();
    const tables = new BlockTables();
    const first = plain(tables.draw(ctx, request()));
    assert.throws(() =>
      inBranch(ctx, (own) => {
        take(own, tables.draw(own, request()));
        throw new Error("undone");
      }),
    );
    assert.deepEqual(plain(tables.draw(ctx, request())), first);
    take(ctx, tables.draw(ctx, request()));
    assert.notDeepEqual(plain(tables.draw(ctx, request())), first);
  });

  it("F and mean stay those of the block's start, in tables made later too", () => {
    const world = nodesWorld(seeds, [version, "1.1.0"]);
    const before = candidates(world.at(), { ...name, role: ROLE_VALIDATOR });
    const ctx = world.at();
    const tables = new BlockTables();
    for (let i = 0; i < 4; i++) {
      const drawn = tables.draw(ctx, request({ count: 0, seed: seedOf(`executor ${i}`) }));
      assert.equal(drawn.validators, undefined);
      take(ctx, drawn);
    }
    assert.deepEqual(tables.table(ctx, { ...name, role: ROLE_VALIDATOR }), before);
    const now = candidates(ctx, { ...name, role: ROLE_VALIDATOR });
    assert.notDeepEqual(now.candidates, before.candidates);
    assert.deepEqual(tables.draw(ctx, request({ version: "1.1.0" })).seats, undefined);
  });

  it("cancels when 1 + N cannot be filled, and calls fewer reserves where there are fewer", () => {
    const world = nodesWorld(seeds.slice(0, 4));
    const draw = (count: number): Drawn => new BlockTables().draw(world.at(), request({ count }));
    assert.equal(draw(4).seats, undefined);
    assert.equal(draw(4).executors.table.candidates.length, 4);
    assert.deepEqual(draw(3).seats?.reserves, []);
    assert.equal(draw(2).seats?.reserves.length, 1);
    assert.equal(draw(1).seats?.reserves.length, 2);
  });

  it("drawSeats over the tables of `candidates` gives the same seats", () => {
    const world = nodesWorld(seeds);
    for (let i = 0; i < 50; i++) {
      const excluded = { requester: nodeAt(i % 14), notAfterHeight: BigInt(96 + (i % 4)) };
      const one = request({ ...excluded, seed: seedOf(`pure ${i}`), count: i % 5 });
      const table = (role: Role): Table => candidates(world.at(), { ...name, ...excluded, role });
      const seats = drawSeats({
        ...{ seed: one.seed, count: one.count, reserves: one.reserves },
        ...{ executors: table(ROLE_EXECUTOR), validators: table(ROLE_VALIDATOR) },
      });
      assert.deepEqual(new BlockTables().draw(world.at(), one).seats, seats);
    }
  });

  it("B11: whoever holds the record of a selection can repeat the draw", () => {
    const ctx = nodesWorld(seeds).at();
    const tables = new BlockTables();
    const requests = Array.from({ length: 6 }, (_, i) =>
      request({ seed: seedOf(`record ${i}`), count: 2, requester: nodeAt(i), notAfterHeight: 98n }),
    );
    let left = 0;
    for (const one of requests) {
      const drawn = tables.draw(ctx, one);
      const { seats, executors, validators } = drawn;
      if (seats === undefined) continue;
      take(ctx, drawn);
      const heights = { requestedHeight: 98n, drawnHeight: 100n };
      const proofs = { appHash: new Uint8Array(32), beacons: [new Uint8Array(32)] };
      const views = { executors, validators };
      const selection = Selection.decode(
        Selection.encode({
          ...selectionRecord({
            seed: one.seed,
            ...heights,
            ...proofs,
            picks: seats.picks,
            ...views,
          }),
          executors: tableRecord(executors.table),
          validators: validators === undefined ? [] : tableRecord(validators.table),
        }).finish(),
      );
      const rest = (list: Selection["executors"], excluded: number[]): SlowCandidate[] =>
        list
          .filter((_, i) => !excluded.includes(i))
          .map(({ node, drawnWeight }) => ({
            address: toHex(bytesOfAddress(node as Address)),
            weight: BigInt(drawnWeight),
          }));
      const [from, to] = [
        rest(selection.executors, selection.excludedExecutors),
        rest(selection.validators, selection.excludedValidators),
      ];
      const picks = slowDraw(selection.seed, [
        { kind: "executor", table: from, count: 1, atLeast: 1 },
        { kind: "validator", table: to, count: 2, atLeast: 2 },
        { kind: "reserve", table: from, count: 2, atLeast: 0 },
      ]);
      assert.deepEqual(
        picks,
        selection.picks.map(({ kind, node, draw }) => ({
          ...{ kind, address: toHex(bytesOfAddress(node as Address)), draw },
        })),
      );
      left += selection.excludedExecutors.length;
      const sum = (list: readonly { count: number }[]): number =>
        list.reduce((total, { count }) => total + count, 0);
      const counted = selection.filtered.filter(({ role }) => role === ROLE_EXECUTOR);
      assert.equal(
        sum(counted) - sum(executors.table.filtered),
        selection.excludedExecutors.length,
      );
      assert.equal(BigInt(selection.executorsMean), executors.table.mean);
    }
    assert.ok(left > 12, `expected several left out, got ${left}`);
  });
});
