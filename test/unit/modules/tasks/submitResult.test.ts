import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utf8Encode } from "../../../../core/bytes.ts";
import { Compare } from "../../../../modules/registry/index.ts";
import { SeatOutcome, TaskStatus } from "../../../../modules/tasks/index.ts";
import { PostStatus } from "../../../../modules/tasks/types.ts";
import { submitResult } from "../../../../modules/tasks/msgs/submitResult.ts";
import { statusesOf, TaskChain, type Message } from "../../../support/taskChain.ts";
import { drawn, request, submit } from "../../../support/taskMoves.ts";

const alone = { validators: 0 };
const status = (chain: TaskChain, message: Message): number =>
  statusesOf(chain.block([message]))[0]?.[0] ?? -1;

function start(options: object = {}): ReturnType<typeof of> {
  return of(new TaskChain(options));
}

function of(chain: TaskChain) {
  const task = drawn(chain, alone);
  const executor = task.seats[0] ?? assert.fail("no executor");
  return { chain, task, executor };
}

function current(chain: TaskChain) {
  const task = chain.task();
  return task.seats[task.executorSeat] ?? assert.fail("no executor");
}

describe("tasks: submit result", () => {
  it("is final in its own block, pays fee, author, tax and one post", () => {
    const { chain, task, executor } = start();
    const before = chain.balance(chain.requester);
    assert.equal(status(chain, submit(chain, task, executor, "hello")), PostStatus.POST_STATUS_OK);
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(ended.finishedHeight, task.requestedHeight + 2n);
    assert.deepEqual(ended.result?.inline, utf8Encode("hello"));
    assert.equal(chain.balance({ address: executor.node }), 1_000n);
    assert.equal(chain.balance(chain.operatorOf(executor.node)), 2_500n);
    assert.equal(chain.balance(chain.author), 100n);
    // Escrow 1,000 + 100 + 50 + 3 x 2,500: two posts come back.
    assert.equal(chain.balance(chain.requester), before + 5_000n);
  });

  it("Z7: earns no public reputation", () => {
    const { chain, task, executor } = start();
    const before = chain.world.store.dump();
    chain.block([submit(chain, task, executor, "hello")]);
    const changed = [...chain.world.store.dump()].filter(
      ([key, value]) => Buffer.compare(before.get(key) ?? Buffer.of(), value) !== 0,
    );
    assert.deepEqual(
      changed.filter(([key]) => key.startsWith("reputation/")),
      [],
    );
  });

  it("MISMATCH: a wrong hash, no output, an output beside UNAVAILABLE, a task with validators", () => {
    const { chain, task, executor } = start();
    const wrong = [
      { resultHash: new Uint8Array(32).fill(1) },
      { output: undefined },
      { unavailable: true },
      { output: { size: 1_000_001n, sha256: new Uint8Array(32) } },
    ];
    for (const changes of wrong) {
      assert.equal(
        status(chain, submit(chain, task, executor, "hello", changes)),
        PostStatus.POST_STATUS_MISMATCH,
      );
    }
    assert.equal(
      status(chain, submit(chain, task, executor, "unavailable", { unavailable: false })),
      PostStatus.POST_STATUS_MISMATCH,
    );
    const checked = drawn(chain);
    const [other] = checked.seats;
    assert.ok(other !== undefined);
    assert.equal(
      status(chain, submit(chain, checked, other, "hello")),
      PostStatus.POST_STATUS_MISMATCH,
    );
    assert.equal(status(chain, submit(chain, task, executor, "hello")), PostStatus.POST_STATUS_OK);
  });

  it("FIELDS: the hash of the projection is the executor's word", () => {
    const { chain, task, executor } = start({ compare: Compare.COMPARE_FIELDS });
    assert.equal(status(chain, submit(chain, task, executor, "[1]|{}")), PostStatus.POST_STATUS_OK);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_VALID);
  });

  it("DUPLICATE and LATE and NOT_YOURS and EARLY", () => {
    const { chain, task, executor } = start();
    const hello = submit(chain, task, executor, "hello");
    assert.deepEqual(statusesOf(chain.block([hello, hello])).flat(), [
      PostStatus.POST_STATUS_OK,
      PostStatus.POST_STATUS_DUPLICATE,
    ]);
    assert.equal(status(chain, hello), PostStatus.POST_STATUS_LATE);
    const reserve = task.seats[1] ?? assert.fail("no reserve");
    assert.equal(
      status(chain, submit(chain, task, reserve, "hello")),
      PostStatus.POST_STATUS_NOT_YOURS,
    );
    const fresh = new TaskChain();
    fresh.block([request(fresh, alone)]);
    const twin = start();
    const early = submit(fresh, twin.task, twin.executor, "hello");
    assert.equal(status(fresh, early), PostStatus.POST_STATUS_EARLY);
  });

  it("UNAVAILABLE calls the next reserve, and all must say so", () => {
    const { chain } = start();
    const before = chain.supply();
    for (let attempt = 1; attempt <= 3; attempt++) {
      assert.equal(chain.task().attempt, attempt);
      chain.block([submit(chain, chain.task(), current(chain), "unavailable")]);
    }
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_UNAVAILABLE);
    assert.deepEqual(
      ended.seats.map((seat) => [seat.outcome, seat.postFees, seat.slashed]),
      ended.seats.map(() => [SeatOutcome.SEAT_OUTCOME_POST_FEES, 2_500n, 0n]),
    );
    assert.equal(before - chain.supply(), 50n);
    assert.equal(ended.settlement?.refunded, 8_650n - 7_500n - 50n);
  });

  it("an UNAVAILABLE before a result: its post fee to the pool, at most its fee from its stake", () => {
    const { chain } = start();
    const first = current(chain);
    chain.block([submit(chain, chain.task(), first, "unavailable")]);
    chain.block([submit(chain, chain.task(), current(chain), "hello")]);
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    const said = ended.seats[first.index];
    assert.deepEqual([said?.paid, said?.postFees, said?.slashed], [0n, 0n, 1_000n]);
    assert.equal(ended.settlement?.communityPool, 2_500n);
    assert.equal(chain.bond(first.node)?.missing, false);
    assert.equal(chain.bond(first.node)?.status, 1);
  });

  it("silence calls the next reserve too; a mixture without a result expires, and UNAVAILABLE earns nothing in it", () => {
    const { chain } = start({ commitBlocks: 5 });
    const silent = current(chain);
    while (chain.task().attempt === 1) chain.block();
    chain.block([submit(chain, chain.task(), current(chain), "unavailable")]);
    chain.block([submit(chain, chain.task(), current(chain), "unavailable")]);
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_EXPIRED);
    assert.equal(ended.seats[silent.index]?.outcome, SeatOutcome.SEAT_OUTCOME_NOTHING);
    assert.deepEqual(
      ended.seats.slice(1).map((seat) => [seat.outcome, seat.postFees, seat.slashed]),
      ended.seats.slice(1).map(() => [SeatOutcome.SEAT_OUTCOME_NOTHING, 0n, 0n]),
    );
    assert.equal(ended.settlement?.communityPool, 5_000n);
    assert.equal(ended.settlement.burned, 50n);
    assert.equal(ended.settlement.refunded, 8_650n - 5_000n - 50n);
  });

  it("silence before a result is a miss, judged when the task ends", () => {
    const { chain } = start({ commitBlocks: 5 });
    const silent = current(chain);
    while (chain.task().attempt === 1) chain.block();
    assert.equal(chain.bond(silent.node)?.missing, false);
    assert.equal(chain.bond(silent.node)?.openSeats, 1);
    chain.block([submit(chain, chain.task(), current(chain), "hello")]);
    const judged = chain.task().seats[silent.index];
    assert.equal(judged?.outcome, SeatOutcome.SEAT_OUTCOME_MISSED);
    assert.equal(judged.slashed, 2_000n);
    assert.equal(chain.bond(silent.node)?.missing, true);
  });

  it("X24: is expected from the seat that executes, hopeless after it", () => {
    const { chain, task, executor } = start();
    const msg = submitResult as unknown as {
      request: { decode(bytes: Uint8Array): never };
      expected(ctx: unknown, msg: never): boolean;
      hopeless(ctx: unknown, msg: never): Error | undefined;
    };
    const decoded = msg.request.decode(submit(chain, task, executor, "hello").bytes);
    assert.equal(msg.expected(chain.ctx, decoded), true);
    chain.block([submit(chain, task, executor, "hello")]);
    assert.equal(msg.expected(chain.ctx, decoded), false);
    assert.notEqual(msg.hopeless(chain.ctx, decoded), undefined);
  });

  it("refuses a result hash that is not 32 bytes", () => {
    const { chain, task, executor } = start();
    const short = { resultHash: new Uint8Array(31) };
    assert.equal(chain.refuse(submit(chain, task, executor, "hello", short)), "tasks/17");
  });
});
