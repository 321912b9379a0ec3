import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { moduleAddress } from "../../../../core/crypto/address.ts";
import { one } from "../../../../core/math/dec.ts";
import {
  defaultParams,
  tasksModule,
  TaskStatus,
  type Params,
} from "../../../../modules/tasks/index.ts";
import { validateParams } from "../../../../modules/tasks/params.ts";
import { exportGenesis, genesisFaults } from "../../../support/moduleCalls.ts";
import { chainModules, TaskChain, type Message } from "../../../support/taskChain.ts";
import { calledSeats, commit, drawn, request, reveal, submit } from "../../../support/taskMoves.ts";

function exported(chain: TaskChain): Map<string, string> {
  const parts = chainModules.filter(({ genesis }) => genesis !== undefined);
  return new Map(
    parts.map((module) => [
      module.name,
      Buffer.from(exportGenesis(module, chain.ctx)).toString("hex"),
    ]),
  );
}

/** All of the state but the number of requests in the last block, which a new chain begins anew. */
function stateOf(chain: TaskChain): Map<string, Uint8Array> {
  const state = chain.world.store.dump();
  state.delete("tasks/\u000c");
  return state;
}

/** A chain with a task in every state, queues and tables included. */
function busy(): TaskChain {
  const chain = new TaskChain({ nodes: 8, commitBlocks: 5, params: { keepBlocks: 10n } });
  const alone = drawn(chain, { validators: 0 });
  const [executor] = alone.seats;
  assert.ok(executor !== undefined);
  chain.block([submit(chain, alone, executor, "x")]);
  chain.blocks(12);
  const silent = drawn(chain);
  const revealing = drawn(chain);
  const seats = calledSeats(revealing);
  chain.block(seats.map((seat) => commit(chain, revealing, seat, "hello")));
  const [first] = seats;
  assert.ok(first !== undefined);
  chain.block([reveal(chain, revealing, first, "hello")]);
  chain.block([request(chain)]);
  assert.equal(chain.task(silent.id).status, TaskStatus.TASK_STATUS_COMMIT);
  assert.equal(chain.task(revealing.id).status, TaskStatus.TASK_STATUS_REVEAL);
  return chain;
}

describe("tasks: genesis", () => {
  it("an export in the middle of tasks goes on as if nothing had happened", () => {
    const original = busy();
    const copy = original.reborn();
    assert.deepEqual(exported(copy), exported(original));
    assert.deepEqual(stateOf(copy), stateOf(original));
    for (const chain of [original, copy]) {
      const task = chain.task(3n);
      const validators = calledSeats(task).slice(1);
      chain.block(validators.map((seat) => reveal(chain, task, seat, "hello")));
      chain.blocks(30);
      assert.equal(chain.task(3n).status, TaskStatus.TASK_STATUS_VALID);
      assert.equal(chain.task(2n).status, TaskStatus.TASK_STATUS_EXPIRED);
      assert.equal(chain.task(4n).status, TaskStatus.TASK_STATUS_EXPIRED);
    }
    assert.deepEqual(exported(copy), exported(original));
  });

  it("what the cap left over goes on in its order: the queue is kept, not made anew", () => {
    const params = { duePerBlock: 1, keepBlocks: 100n };
    const original = new TaskChain({ nodes: 8, commitBlocks: 20, params });
    const [first, ...others] = [1, 2, 3, 4].map(() => drawn(original));
    const committed = (task = first): Message[] => {
      assert.ok(task !== undefined);
      return calledSeats(task).map((seat) => commit(original, task, seat, "hello"));
    };
    // Three windows end in one block, the oldest task's in the next: it waits behind the one that is left over.
    original.block(others.flatMap((task) => committed(task)));
    original.block(committed());
    const copy = original.reborn();
    assert.deepEqual(stateOf(copy), stateOf(original));
    for (const chain of [original, copy]) {
      const revealing = (id: bigint): boolean =>
        chain.task(id).status === TaskStatus.TASK_STATUS_REVEAL;
      chain.block();
      assert.deepEqual([1n, 2n, 3n, 4n].map(revealing), [false, true, true, true]);
      chain.block();
      assert.equal(revealing(1n), true);
    }
    assert.deepEqual(exported(copy), exported(original));
  });

  it("B15: a module's account is no operator of a bond, as in MsgBond", () => {
    const operator = moduleAddress("staking");
    const options = { nodes: 1, bonds: (): object => ({ operator }) };
    assert.throws(() => new TaskChain(options), { codespace: "sdk", code: 4 });
  });

  it("B21: a task that waits for the end of a window has one, and each deadline is a height", () => {
    const chain = busy();
    const state = tasksModule.genesis?.export(chain.ctx) as {
      tasks: { windowEnd: bigint; status: number }[];
      deadlines: { due: bigint }[];
    };
    const pointersOf = (changes: object): string[] =>
      genesisFaults(tasksModule, { ...state, ...changes }).map(({ pointer }) => pointer);
    assert.deepEqual(pointersOf({}), []);
    const waits = state.tasks.flatMap(({ status }, i) =>
      status === TaskStatus.TASK_STATUS_COMMIT || status === TaskStatus.TASK_STATUS_REVEAL
        ? [`/tasks/${i}`]
        : [],
    );
    assert.ok(waits.length > 0);
    const tasks = state.tasks.map((task) => ({ ...task, windowEnd: 0n }));
    assert.deepEqual(pointersOf({ tasks }), waits);
    const deadlines = state.deadlines.map((deadline) => ({ ...deadline, due: 0n }));
    assert.deepEqual(
      pointersOf({ deadlines }),
      deadlines.map((_, i) => `/deadlines/${i}`),
    );
  });

  it("names every fault of a file", () => {
    const chain = busy();
    const state = tasksModule.genesis?.export(chain.ctx) as {
      tasks: { id: bigint; seats: { index: number }[] }[];
      nextTaskId: bigint;
      params: Params;
      digests: { id: bigint; digest: Uint8Array }[];
      deadlines: object[];
    };
    const faulty = {
      ...state,
      params: { ...state.params, appealMs: 1n, requestsPerBlock: 0 },
      nextTaskId: 3n,
      tasks: state.tasks.map((task) => ({
        ...task,
        seats: task.seats.map((seat) => ({ ...seat, index: seat.index + 1 })),
      })),
      digests: state.digests.map((one) => ({ ...one, digest: new Uint8Array(31) })),
      deadlines: [...state.deadlines, { taskId: 1n, due: 9n }],
    };
    const pointers = genesisFaults(tasksModule, faulty).map(({ pointer }) => pointer);
    for (const expected of [
      "/params/appeal_ms",
      "/params/requests_per_block",
      "/tasks/1",
      "/digests/0",
      "/deadlines/2",
    ]) {
      assert.ok(pointers.includes(expected), `${expected} in ${pointers.join()}`);
    }
  });
});

describe("tasks: parameters", () => {
  it("the defaults are within their bounds", () =>
    assert.deepEqual(validateParams(defaultParams), []));

  const bounds: readonly (readonly [keyof Params, number | bigint, number | bigint])[] = [
    ["drawDelay", 1, 10],
    ["drawLimit", 10, 1_000],
    ["maxValidators", 0, 101],
    ["reserves", 0, 10],
    ["attempts", 1, 10],
    ["tax", 0n, one / 2n],
    ["emitterShare", 0n, one / 2n],
    ["validatorFee", 0n, one],
    ["maxInline", 0, 65_536],
    ["maxOpenSeats", 1, 1_000_000],
    ["requestsPerBlock", 1, 10_000],
    ["duePerBlock", 1, 10_000],
    ["keepBlocks", 1n, 10n ** 12n],
    ["appealMs", 0n, 0n],
    ["drawPower", 0n, one / 2n],
    ["drawPowerHigh", 0n, one / 2n],
    ["highStake", 1n, 10n ** 30n],
    ["serviceFloorSeats", 0, 1_000_000],
    ["bounty", 0n, one / 20n],
  ];
  for (const [name, low, high] of bounds) {
    it(`${name}: ${low} and ${high} are allowed, one beyond is not`, () => {
      const faults = (value: number | bigint): number =>
        validateParams({ ...defaultParams, [name]: value }).length;
      const step = (value: number | bigint, by: 1 | -1): number | bigint =>
        typeof value === "bigint" ? value + BigInt(by) : value + by;
      assert.deepEqual([faults(low), faults(high)], [0, 0]);
      assert.deepEqual([faults(step(low, -1)), faults(step(high, 1))], [1, 1]);
    });
  }
});
