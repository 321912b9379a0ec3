import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Address } from "../../../../core/brand.ts";
import { slot } from "../../../../modules/clock/index.ts";
import { breakdown } from "../../../../modules/reputation/index.ts";
import * as staking from "../../../../modules/staking/index.ts";
import { SeatOutcome, SeatStatus, TaskStatus, type Seat } from "../../../../modules/tasks/index.ts";
import { findMessage } from "../../../../proto/descriptors.ts";
import { MsgHeartbeat } from "../../../../proto/gen/assay/staking/v1/tx.ts";
import {
  chainModules,
  service,
  TaskChain,
  type BlockOptions,
  type Message,
} from "../../../support/taskChain.ts";
import { calledSeats, commit, drawn, request, reveal, submit } from "../../../support/taskMoves.ts";

const { SEAT_OUTCOME_MISSED: MISSED, SEAT_OUTCOME_NOTHING: NOTHING } = SeatOutcome;
const { SEAT_OUTCOME_SLASHED: SLASHED, SEAT_OUTCOME_PAID: PAID } = SeatOutcome;

function at(seats: readonly Seat[], index: number): Seat {
  return seats[index] ?? assert.fail(`no seat ${index}`);
}

const slotMs = 21_600_000n;

function heartbeat(chain: TaskChain, node: Address): Message {
  const fields = { operator: chain.operatorOf(node).address, nodes: [node], slot: slot(chain.ctx) };
  const bytes = MsgHeartbeat.encode(MsgHeartbeat.fromPartial(fields)).finish();
  return { typeUrl: "/assay.staking.v1.MsgHeartbeat", bytes };
}

function finish(chain: TaskChain, options: BlockOptions = {}): void {
  for (let i = 0; i < 400 && chain.task().finishedHeight === 0n; i++) chain.block([], options);
  assert.notEqual(chain.task().finishedHeight, 0n);
}

/** N = 3: the executor and two validators commit, the third stays silent; then all reveal. */
function oneSilent(options: BlockOptions = {}): TaskChain {
  const chain = new TaskChain({ commitBlocks: 6, revealBlocks: 6 });
  const task = drawn(chain, { validators: 3 });
  const seats = calledSeats(task);
  const answering = seats.slice(0, 3);
  chain.block(answering.map((seat) => commit(chain, task, seat, "hello")));
  while (chain.task().status === TaskStatus.TASK_STATUS_COMMIT) chain.block([], options);
  chain.block(answering.map((seat) => reveal(chain, task, seat, "hello")));
  return chain;
}

/** N = 2: all commit, the second validator does not reveal. */
function oneUnrevealed(options: BlockOptions = {}): TaskChain {
  const chain = new TaskChain({ commitBlocks: 6, revealBlocks: 6, nodes: 6 });
  const task = drawn(chain, { validators: 3 });
  const seats = calledSeats(task);
  chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
  chain.block(
    seats.slice(0, 3).map((seat) => reveal(chain, task, seat, "hello")),
    options,
  );
  finish(chain, options);
  return chain;
}

describe("tasks: silence", () => {
  it("of a validator is a miss at the end: twice its fee, no jail, no draws, no incident", () => {
    const chain = oneSilent();
    const task = chain.task();
    assert.equal(task.status, TaskStatus.TASK_STATUS_VALID);
    const silent = at(task.seats, 3);
    assert.deepEqual([silent.outcome, silent.slashed], [MISSED, 2_000n]);
    const bond = chain.bond(silent.node);
    assert.deepEqual([bond?.amount, bond?.missing, bond?.status], [1_998_000n, true, 1]);
    assert.deepEqual(
      task.seats.slice(0, 3).map((seat) => seat.outcome),
      [PAID, PAID, PAID],
    );
    assert.equal(chain.eventsOf("jailed").length, 0);
  });

  it("X9: a payer's cheap tasks that meet silence jail nobody, leave no incident and cost at most twice their fee", () => {
    const chain = new TaskChain({ commitBlocks: 2, revealBlocks: 2, nodes: 8 });
    const before = chain.nodes.map(({ address }) => chain.bond(address)?.amount ?? 0n);
    const missed = new Map<string, bigint>();
    for (let i = 0; i < 12; i++) {
      // A miss keeps a node out of draws until its next sign of life.
      chain.block([], { advanceMs: slotMs });
      chain.block(chain.nodes.map(({ address }) => heartbeat(chain, address)));
      const task = drawn(chain, { validators: 2 });
      const [executor] = calledSeats(task);
      assert.ok(executor !== undefined);
      chain.block([commit(chain, task, executor, "hello")]);
      while (chain.task(task.id).finishedHeight === 0n) chain.block();
      const ended = chain.task(task.id);
      for (const seat of ended.seats) {
        assert.notEqual(seat.outcome, SLASHED);
        assert.ok(seat.slashed <= 2n * seat.fee, `seat ${seat.index}: ${seat.slashed}`);
        missed.set(seat.node, (missed.get(seat.node) ?? 0n) + seat.slashed);
      }
    }
    for (const [i, { address }] of chain.nodes.entries()) {
      const bond = chain.bond(address);
      assert.equal(bond?.status, 1);
      assert.equal((before[i] ?? 0n) - bond.amount, missed.get(address) ?? 0n);
      const { incidents } = breakdown(chain.ctx, { node: address, service });
      assert.equal(Number(incidents?.count ?? 0), 0);
    }
    assert.equal(chain.eventsOf("jailed").length, 0);
  });

  it("X9: no message complains: a node is named by itself, its operator and whoever shows its opening", () => {
    const names = (typeName: string): boolean => {
      const type = findMessage(typeName) ?? assert.fail(typeName);
      return type.fields.some(
        ({ name, message }) =>
          name === "node" || name === "nodes" || (message !== undefined && names(message.typeName)),
      );
    };
    const about = chainModules
      .flatMap(({ msgs }) => msgs.map(({ typeUrl }) => typeUrl.slice(1)))
      .filter((typeName) => typeName.startsWith("assay.") && names(typeName))
      .map((typeName) => typeName.split(".").at(-1) ?? "");
    const itsOwn = ["MsgAnnounceInstance", "MsgEndInstance", "MsgUnjail"];
    const itsOperators = ["MsgHeartbeat", "MsgCommit", "MsgReveal", "MsgSubmitResult"];
    const expected = [...itsOwn, ...itsOperators, "MsgReportLeak"];
    assert.deepEqual(new Set(about), new Set(expected));
  });

  it("X12: in a window half of whose blocks were full costs nothing", () => {
    const silent = at(oneSilent({ full: true }).task().seats, 3);
    assert.deepEqual([silent.outcome, silent.slashed], [NOTHING, 0n]);
  });

  it("X12: fewer than half full blocks excuse nobody", () => {
    const chain = new TaskChain({ commitBlocks: 6 });
    const task = drawn(chain, { validators: 3 });
    const answering = calledSeats(task).slice(0, 3);
    chain.block(answering.map((seat) => commit(chain, task, seat, "hello")));
    // Two of six blocks of the window.
    chain.blocks(2, { full: true });
    while (chain.task().status === TaskStatus.TASK_STATUS_COMMIT) chain.block();
    chain.block(answering.map((seat) => reveal(chain, task, seat, "hello")));
    assert.equal(at(chain.task().seats, 3).outcome, MISSED);
  });

  it("X12: a full block of the draw is none of the window's and excuses nobody", () => {
    const chain = new TaskChain({ commitBlocks: 6 });
    chain.block([request(chain, { validators: 3 })]);
    chain.block([], { full: true });
    const task = chain.task();
    assert.equal(task.drawnHeight, chain.height);
    const answering = calledSeats(task).slice(0, 3);
    chain.block(answering.map((seat) => commit(chain, task, seat, "hello")));
    chain.blocks(2, { full: true });
    while (chain.task().status === TaskStatus.TASK_STATUS_COMMIT) chain.block();
    chain.block(answering.map((seat) => reveal(chain, task, seat, "hello")));
    assert.equal(at(chain.task().seats, 3).outcome, MISSED);
  });

  it("X12: exactly half of the blocks full excuses", () => {
    const chain = new TaskChain({ commitBlocks: 6 });
    const task = drawn(chain, { validators: 3 });
    const answering = calledSeats(task).slice(0, 3);
    chain.block(answering.map((seat) => commit(chain, task, seat, "hello")));
    chain.blocks(3, { full: true });
    while (chain.task().status === TaskStatus.TASK_STATUS_COMMIT) chain.block();
    chain.block(answering.map((seat) => reveal(chain, task, seat, "hello")));
    assert.equal(at(chain.task().seats, 3).outcome, NOTHING);
  });

  it("X12: closes on silent seats only after blocks of three proposers, and accepts posts until then", () => {
    const chain = new TaskChain({ commitBlocks: 6, revealBlocks: 6 });
    const task = drawn(chain, { validators: 3 });
    const seats = calledSeats(task);
    chain.block(
      seats.slice(0, 3).map((seat) => commit(chain, task, seat, "hello")),
      { proposer: 0 },
    );
    while (chain.height < task.windowEnd) chain.block([], { proposer: 1 });
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_COMMIT);
    chain.block([], { proposer: 0 });
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_COMMIT);
    const late = chain.block([commit(chain, task, at(seats, 3), "hello")], { proposer: 1 });
    assert.deepEqual(late[0]?.ok && late[0].response, { statuses: [1] });
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_REVEAL);
    // The reveal window: the third proposer ends it, one block past its end.
    chain.block(
      seats.slice(0, 3).map((seat) => reveal(chain, task, seat, "hello")),
      { proposer: 0 },
    );
    const { windowEnd } = chain.task();
    while (chain.height < windowEnd) chain.block([], { proposer: 1 });
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_REVEAL);
    chain.block([], { proposer: 2 });
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(at(chain.task().seats, 3).outcome, SLASHED);
  });

  it("X12: closes without three proposers at three times its length, and then silence costs nothing", () => {
    const chain = oneSilent({ proposer: 1 });
    const task = chain.task();
    const silent = at(task.seats, 3);
    assert.deepEqual([silent.outcome, silent.slashed], [NOTHING, 0n]);
    // Window of 6 from the draw at 2: closed at 20, revealed at 21.
    assert.equal(task.finishedHeight, 21n);
  });

  it("X12: a censored reveal is a miss and not a slash", () => {
    const spread = at(oneUnrevealed().task().seats, 3);
    assert.equal(spread.outcome, SLASHED);
    assert.ok(spread.slashed > 200_000n);
    for (const options of [{ proposer: 1 }, { full: true }]) {
      const censored = at(oneUnrevealed(options).task().seats, 3);
      assert.deepEqual([censored.outcome, censored.slashed], [MISSED, 2_000n]);
      assert.equal(censored.postFees, 2_500n);
    }
  });

  it("with one or two consensus validators, so many proposers suffice", () => {
    for (const proposers of [1, 2]) {
      const chain = new TaskChain({ commitBlocks: 6, proposers });
      const task = drawn(chain, { validators: 3 });
      const answering = calledSeats(task).slice(0, 3);
      chain.block(answering.map((seat) => commit(chain, task, seat, "hello")));
      while (chain.task().status === TaskStatus.TASK_STATUS_COMMIT) chain.block();
      assert.equal(chain.height, task.windowEnd);
    }
  });

  it("of the executor calls reserves in order, opens a new window and ends EXPIRED after three attempts", () => {
    const chain = new TaskChain({ commitBlocks: 5, nodes: 6 });
    const task = drawn(chain);
    const order = [at(task.seats, 0), at(task.seats, 3), at(task.seats, 4)].map(({ node }) => node);
    const executors: string[] = [];
    const ends: bigint[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      const now = chain.task();
      assert.equal(now.attempt, attempt);
      executors.push(at(now.seats, now.executorSeat).node);
      ends.push(now.windowEnd);
      while (chain.task().attempt === attempt && chain.task().finishedHeight === 0n) chain.block();
    }
    assert.deepEqual(executors, order);
    assert.deepEqual(ends, [7n, 12n, 17n]);
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_EXPIRED);
    assert.equal(ended.finishedHeight, 17n);
    // Nobody executed: silence is nothing for anybody.
    for (const seat of ended.seats) {
      assert.deepEqual([seat.outcome, seat.slashed], [NOTHING, 0n]);
      assert.equal(chain.bond(seat.node)?.openSeats, 0);
    }
  });

  it("of the executor: commitments stand and are opened with the attempt they were posted in", () => {
    const chain = new TaskChain({ commitBlocks: 5, nodes: 6 });
    const task = drawn(chain, { validators: 3 });
    const validators = calledSeats(task).slice(1);
    chain.block(validators.slice(0, 2).map((seat) => commit(chain, task, seat, "hello")));
    while (chain.task().attempt === 1) chain.block();
    const again = chain.task();
    const reserve = at(again.seats, again.executorSeat);
    assert.equal(at(again.seats, 0).status, SeatStatus.SEAT_STATUS_REPLACED);
    // The validator that was silent may still commit, now in the second attempt.
    const third = at(validators, 2);
    chain.block([reserve, third].map((seat) => commit(chain, again, seat, "hello")));
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_REVEAL);
    const { seats } = chain.task();
    assert.deepEqual(
      [1, 2, 3].map((i) => at(seats, i).attempt),
      [1, 1, 2],
    );
    const answering = [reserve, ...validators];
    chain.block(answering.map((seat) => reveal(chain, again, seat, "hello")));
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.deepEqual(
      [1, 2, 3].map((i) => at(ended.seats, i).outcome),
      [PAID, PAID, PAID],
    );
    assert.equal(at(ended.seats, reserve.index).outcome, PAID);
    const replaced = at(ended.seats, 0);
    assert.deepEqual([replaced.outcome, replaced.slashed], [MISSED, 2_000n]);
    assert.equal(chain.eventsOf("seat_judged").length, 5);
  });

  it("a reserve that is not eligible any more is passed over", () => {
    const chain = new TaskChain({ commitBlocks: 5, nodes: 6, capacity: 1 });
    const task = drawn(chain);
    const [first, second] = [at(task.seats, 3), at(task.seats, 4)];
    // Another task takes the only seat of the first reserve.
    for (let id = 2n; chain.bond(first.node)?.openSeats === 0; id++) {
      drawn(chain, { validators: 0 });
    }
    const busySecond = chain.bond(second.node)?.openSeats === 1;
    while (chain.task().attempt === 1 && chain.task().finishedHeight === 0n) chain.block();
    const now = chain.task();
    if (busySecond) assert.equal(now.status, TaskStatus.TASK_STATUS_EXPIRED);
    else assert.equal(at(now.seats, now.executorSeat).node, second.node);
    assert.equal(at(now.seats, 3).status, SeatStatus.SEAT_STATUS_RESERVE);
  });

  it("no more attempts than the task was accepted with, however many reserves are drawn", () => {
    const params = { attempts: 2, reserves: 4 };
    const chain = new TaskChain({ commitBlocks: 5, nodes: 8, params });
    const task = drawn(chain);
    assert.equal(task.seats.length, 7);
    finish(chain);
    const ended = chain.task();
    assert.deepEqual([ended.status, ended.attempt], [TaskStatus.TASK_STATUS_EXPIRED, 2]);
    assert.equal(ended.finishedHeight, 12n);
  });

  it("a post of any kind ends the miss of its node", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    const seats = calledSeats(task);
    const executor = at(seats, 0);
    chain.markMissing(executor.node);
    chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
    assert.equal(chain.bond(executor.node)?.missing, false);
    chain.markMissing(executor.node);
    chain.block([reveal(chain, task, executor, "hello")]);
    assert.equal(chain.bond(executor.node)?.missing, false);
    const alone = drawn(chain, { validators: 0 });
    const only = at(alone.seats, 0);
    chain.markMissing(only.node);
    chain.block([submit(chain, alone, only, "hello")]);
    assert.equal(chain.bond(only.node)?.missing, false);
  });

  it("X12: a late executor in a window of full blocks is paid its posts and not missed", () => {
    const chain = new TaskChain({ revealBlocks: 6 });
    const task = drawn(chain);
    const seats = calledSeats(task);
    chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
    chain.blocks(3, { full: true });
    chain.block(seats.slice(1).map((seat) => reveal(chain, task, seat, "hello")));
    chain.block([reveal(chain, task, at(seats, 0), "hello")]);
    const executor = at(chain.task().seats, 0);
    assert.equal(executor.late, true);
    assert.deepEqual(
      [executor.outcome, executor.paid, executor.postFees, executor.slashed],
      [SeatOutcome.SEAT_OUTCOME_POST_FEES, 0n, 5_000n, 0n],
    );
  });

  it("half of the validators or fewer committed: NO_MAJORITY without a reveal phase, nobody gains a failure", () => {
    const chain = new TaskChain({ commitBlocks: 5 });
    const task = drawn(chain);
    const seats = calledSeats(task);
    chain.block(seats.slice(0, 2).map((seat) => commit(chain, task, seat, "hello")));
    finish(chain);
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_NO_MAJORITY);
    assert.equal(ended.tallyHeight, 0n);
    assert.deepEqual(
      ended.seats.slice(0, 3).map((seat) => [seat.outcome, seat.postFees, seat.slashed]),
      [
        [SeatOutcome.SEAT_OUTCOME_POST_FEES, 2_500n, 0n],
        [SeatOutcome.SEAT_OUTCOME_POST_FEES, 2_500n, 0n],
        [MISSED, 0n, 2_000n],
      ],
    );
    assert.equal(ended.settlement?.burned, 150n);
    // P of nobody changes; the miss counts in U.
    const records = [...chain.world.store.dump().keys()];
    assert.deepEqual(
      records.filter((key) => key.startsWith("reputation/\u0001")),
      [],
    );
    const silent = at(ended.seats, 2).node;
    assert.equal(staking.uptime(chain.ctx, silent), 5n * 10n ** 16n);
    assert.equal(staking.uptime(chain.ctx, at(ended.seats, 1).node), 10n ** 18n);
  });

  it("stake that leaves after the draw stays within reach", () => {
    const chain = new TaskChain({ revealBlocks: 6 });
    const task = drawn(chain);
    const [executor, withholds, honest] = calledSeats(task);
    assert.ok(executor && withholds && honest);
    chain.block([executor, withholds, honest].map((seat) => commit(chain, task, seat, "hello")));
    chain.unbondAll(withholds.node);
    assert.equal(chain.bond(withholds.node)?.amount, 0n);
    chain.block([reveal(chain, task, executor, "hello"), reveal(chain, task, honest, "hello")]);
    finish(chain);
    const judged = at(chain.task().seats, withholds.index);
    assert.equal(judged.outcome, SLASHED);
    assert.ok(judged.slashed > 200_000n);
  });
});
