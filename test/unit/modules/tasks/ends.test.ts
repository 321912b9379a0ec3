import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utf8Encode } from "../../../../core/bytes.ts";
import { breakdown } from "../../../../modules/reputation/index.ts";
import { SeatOutcome, TaskStatus, type Seat } from "../../../../modules/tasks/index.ts";
import { service, TaskChain, type TaskChainOptions } from "../../../support/taskChain.ts";
import { calledSeats, commit, drawn, reveal, type Answer } from "../../../support/taskMoves.ts";

const { SEAT_OUTCOME_PAID: PAID, SEAT_OUTCOME_SLASHED: SLASHED } = SeatOutcome;
const { SEAT_OUTCOME_POST_FEES: POST_FEES, SEAT_OUTCOME_NOTHING: NOTHING } = SeatOutcome;

/** All seats commit and reveal; "-" commits and does not reveal. */
function play(answers: readonly (Answer | "-")[], options: TaskChainOptions = {}): TaskChain {
  const chain = new TaskChain({ nodes: answers.length + 2, revealBlocks: 5, ...options });
  const task = drawn(chain, { validators: answers.length - 1 });
  const seats = calledSeats(task);
  const answer = (i: number): Answer => answers[i] ?? "hello";
  chain.block(seats.map((seat, i) => commit(chain, task, seat, answer(i))));
  const [executor, ...validators] = seats;
  assert.ok(executor !== undefined);
  if (answers[0] === "-") chain.blocks(2);
  else chain.block([reveal(chain, task, executor, answer(0))]);
  const revealing = validators.filter((_, i) => answers[i + 1] !== "-");
  chain.block(revealing.map((seat) => reveal(chain, task, seat, answer(seat.index))));
  for (let i = 0; i < 20 && chain.task().finishedHeight === 0n; i++) chain.block();
  return chain;
}

const outcomes = (chain: TaskChain): SeatOutcome[] =>
  calledSeats(chain.task()).map((seat) => seat.outcome);

function at(chain: TaskChain, index: number): Seat {
  return chain.task().seats[index] ?? assert.fail(`no seat ${index}`);
}

function rated(chain: TaskChain, index: number): { good: bigint; bad: bigint; faults: bigint } {
  const shown = breakdown(chain.ctx, { node: at(chain, index).node, service });
  const sum = (values: readonly string[]): bigint => values.reduce((a, b) => a + BigInt(b), 0n);
  return {
    good: sum(shown.counters.map(({ successes }) => String(successes))),
    bad: sum(shown.counters.map(({ failures }) => String(failures))),
    faults: BigInt(shown.incidents?.count ?? 0n),
  };
}

describe("tasks: ends", () => {
  it("VALID: a validator in the minority is slashed, jailed and rated, the others are paid and rated", () => {
    const chain = play(["hello", "hello", "hello", "other"]);
    const task = chain.task();
    assert.equal(task.status, TaskStatus.TASK_STATUS_VALID);
    assert.deepEqual(outcomes(chain), [PAID, PAID, PAID, SLASHED]);
    const wrong = at(chain, 3);
    // 0.4 x 0.8 x 3^(-1/4) of 1,000,000, rounded up.
    assert.equal(wrong.slashed, 243_148n);
    assert.equal(wrong.paid + wrong.postFees, 0n);
    assert.equal(chain.bond(wrong.node)?.status, 2);
    const [bad, fine] = [rated(chain, 3), rated(chain, 0)];
    assert.ok(bad.bad > 0n && bad.good === 0n && bad.faults === 1n);
    assert.ok(fine.good > 0n && fine.bad === 0n && fine.faults === 0n);
    // What is not earned goes back: 1,000 and its shares and two posts.
    assert.equal(task.settlement?.refunded, task.escrow.total - 3_000n - 300n - 150n - 15_000n);
    assert.deepEqual(chain.eventsOf("task_finished"), [
      {
        task_id: "1",
        status: "valid",
        result_hash: Buffer.from(task.resultHash).toString("hex"),
        overruled: "false",
        agree: "2",
        refunded: String(task.settlement?.refunded),
      },
    ]);
    assert.deepEqual(
      chain.eventsOf("seat_judged").map(({ outcome }) => outcome),
      ["paid", "paid", "paid", "slashed"],
    );
    assert.deepEqual(
      chain.eventsOf("slashed").map(({ reason, node }) => [reason, node]),
      [["wrong result", wrong.node]],
    );
  });

  it("VALID overruled: the majority's value is the result, the executor loses half of the seat's stake", () => {
    const chain = play(["lie", "hello", "hello"]);
    const task = chain.task();
    assert.equal(task.status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(task.overruled, true);
    assert.deepEqual(task.result?.inline, utf8Encode("hello"));
    assert.deepEqual(outcomes(chain), [SLASHED, PAID, PAID]);
    assert.equal(at(chain, 0).slashed, 500_000n);
    assert.equal(chain.bond(at(chain, 0).node)?.status, 2);
    assert.equal(chain.eventsOf("task_finished")[0]?.["overruled"], "true");
  });

  it("VALID overruled over an executor that could not read: it pays its fee and is not slashed for content", () => {
    const chain = play(["unavailable", "hello", "hello"]);
    assert.equal(chain.task().overruled, true);
    assert.deepEqual(outcomes(chain), [NOTHING, PAID, PAID]);
    assert.equal(at(chain, 0).slashed, 1_000n);
    assert.equal(chain.task().settlement?.communityPool, 1_000n + 5_000n);
    const bond = chain.bond(at(chain, 0).node);
    assert.deepEqual([bond?.status, bond?.missing], [1, false]);
    assert.equal(rated(chain, 0).faults, 0n);
  });

  it("VALID: an UNAVAILABLE in the minority earns nothing, its share goes to the pool", () => {
    const chain = play(["hello", "hello", "hello", "unavailable"]);
    assert.deepEqual(outcomes(chain), [PAID, PAID, PAID, NOTHING]);
    const said = at(chain, 3);
    assert.deepEqual([said.paid, said.postFees, said.slashed], [0n, 0n, 1_000n]);
    assert.equal(chain.task().settlement?.communityPool, 6_000n);
  });

  it("UNAVAILABLE: nobody is slashed for content, a value in the minority keeps its post fees", () => {
    const chain = play(["unavailable", "unavailable", "hello"]);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_UNAVAILABLE);
    assert.deepEqual(outcomes(chain), [POST_FEES, POST_FEES, POST_FEES]);
    assert.equal(chain.task().settlement?.burned, 150n);
    assert.equal(chain.task().settlement?.communityPool, 0n);
  });

  it("UNAVAILABLE: a seat that did not reveal is slashed all the same", () => {
    const chain = play(["unavailable", "unavailable", "-"]);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_UNAVAILABLE);
    assert.deepEqual(outcomes(chain), [POST_FEES, POST_FEES, SLASHED]);
  });

  it("NO_MAJORITY: a value that nobody shares gains a failure if some two share one", () => {
    const chain = play(["hello", "hello", "other"]);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_NO_MAJORITY);
    assert.deepEqual(outcomes(chain), [POST_FEES, POST_FEES, NOTHING]);
    assert.ok(rated(chain, 2).bad > 0n);
    assert.deepEqual([rated(chain, 0).bad, rated(chain, 0).good], [0n, 0n]);
    assert.equal(chain.eventsOf("slashed").length, 0);
  });

  it("NO_MAJORITY: nobody shares anything, nobody gains a failure, nobody is paid", () => {
    const chain = play(["a", "b", "c"]);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_NO_MAJORITY);
    assert.deepEqual(outcomes(chain), [NOTHING, NOTHING, NOTHING]);
    for (const i of [0, 1, 2]) assert.equal(rated(chain, i).bad, 0n);
    assert.equal(chain.task().settlement?.refunded, 28_300n);
  });

  it("X13: who scatters to deny the majority loses its fee and its posts and gains failures, the requester no price", () => {
    const denied = play(["hello", "hello", "x", "y"]);
    const { status, settlement, escrow } = denied.task();
    assert.equal(status, TaskStatus.TASK_STATUS_NO_MAJORITY);
    assert.deepEqual(outcomes(denied), [POST_FEES, POST_FEES, NOTHING, NOTHING]);
    for (const index of [2, 3]) {
      const { paid, postFees, slashed } = at(denied, index);
      assert.deepEqual([paid, postFees, slashed], [0n, 0n, 0n]);
      assert.ok(rated(denied, index).bad > 0n);
    }
    for (const index of [0, 1]) assert.equal(rated(denied, index).bad, 0n);
    // The requester pays the posts of the two that agree and the burned half of the tax.
    const burned = settlement?.burned ?? 0n;
    assert.equal(settlement?.refunded, escrow.total - 4n * escrow.postFee - burned);
    // Where they are too few to deny it they are slashed as liars.
    const lied = play(["hello", "hello", "hello", "hello", "x", "y"]);
    assert.deepEqual(outcomes(lied), [PAID, PAID, PAID, PAID, SLASHED, SLASHED]);
    assert.ok(at(lied, 4).slashed > 0n && at(lied, 5).slashed > 0n);
  });

  it("X25: the bill is fixed with the request: neither a larger output nor a later post earns more", () => {
    const bill = (answer: string, late: number): readonly bigint[] => {
      const chain = new TaskChain({ revealBlocks: 5 });
      const task = drawn(chain);
      const seats = calledSeats(task);
      chain.blocks(late);
      chain.block(seats.map((seat) => commit(chain, task, seat, answer)));
      chain.blocks(late);
      chain.block(seats.map((seat) => reveal(chain, task, seat, answer)));
      const ended = chain.task();
      assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
      const { refunded = 0n, burned = 0n, communityPool = 0n } = ended.settlement ?? {};
      const seatsOf = calledSeats(ended).flatMap(({ paid, postFees }) => [paid, postFees]);
      return [...seatsOf, refunded, burned, communityPool, chain.balance(chain.requester)];
    };
    const least = bill("1", 0);
    assert.deepEqual(bill("1".repeat(16_000), 0), least);
    assert.deepEqual(bill("1", 1), least);
    assert.deepEqual(bill("1".repeat(16_000), 1), least);
  });

  it("NO_MAJORITY: an UNAVAILABLE gets nothing and its post fees go to the pool", () => {
    const chain = play(["hello", "hello", "unavailable"]);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_NO_MAJORITY);
    assert.deepEqual(outcomes(chain), [POST_FEES, POST_FEES, NOTHING]);
    assert.equal(chain.task().settlement?.communityPool, 5_000n);
    assert.equal(at(chain, 2).slashed, 1_000n);
  });

  it("NO_MAJORITY: who did not reveal is slashed as for a wrong answer of its role", () => {
    const chain = play(["-", "hello", "-"]);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_NO_MAJORITY);
    assert.deepEqual(outcomes(chain), [SLASHED, NOTHING, SLASHED]);
    assert.equal(at(chain, 0).slashed, 500_000n);
    assert.deepEqual(
      chain.eventsOf("slashed").map(({ reason }) => reason),
      ["not revealed", "not revealed"],
    );
  });

  it("a silent executor after its commit is overruled by the validators", () => {
    const chain = play(["-", "hello", "hello"]);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(chain.task().overruled, true);
    assert.deepEqual(outcomes(chain), [SLASHED, PAID, PAID]);
  });

  it("X21: the requester gets nothing of what is slashed", () => {
    for (const answers of [
      ["lie", "hello", "hello"],
      ["hello", "-", "-"],
      ["a", "b", "-"],
    ]) {
      const chain = play(answers);
      const { settlement, escrow } = chain.task();
      assert.ok(settlement !== undefined && settlement.refunded < escrow.total);
      const spent = 1_000_000_000_000n - chain.balance(chain.requester);
      assert.equal(spent, escrow.total - settlement.refunded);
    }
  });

  it("a payer that is a node's operator gives that node no reputation", () => {
    const chain = new TaskChain();
    const [operator] = chain.operators;
    assert.ok(operator !== undefined);
    chain.fund(operator.address, 1_000_000n);
    const task = drawn(chain, { requester: operator.address, validators: 4 });
    const seats = calledSeats(task);
    chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
    chain.block(seats.map((seat) => reveal(chain, task, seat, "hello")));
    const goodOf = (index: number): bigint => rated(chain, index).good;
    const own = task.seats.findIndex((seat) => seat.node === chain.nodes[0]?.address);
    assert.equal(goodOf(own), 0n);
    assert.ok(goodOf((own + 1) % 5) > 0n);
  });

  it("N = 51 goes through in one block a phase", () => {
    const answers = Array.from({ length: 52 }, () => "hello");
    const chain = play(answers, { params: { duePerBlock: 10 } });
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(
      outcomes(chain).every((one) => one === PAID),
      true,
    );
  });
});
