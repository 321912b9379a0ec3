import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sha256 } from "../../../../core/crypto/sha256.ts";
import { utf8Encode } from "../../../../core/bytes.ts";
import { Compare } from "../../../../modules/registry/index.ts";
import {
  SeatOutcome,
  SeatStatus,
  TaskStatus,
  type Seat,
  type Task,
} from "../../../../modules/tasks/index.ts";
import { PostStatus } from "../../../../modules/tasks/types.ts";
import { reveal as revealMsg } from "../../../../modules/tasks/msgs/reveal.ts";
import { statusesOf, TaskChain, type Message } from "../../../support/taskChain.ts";
import {
  calledSeats,
  commit,
  commitAll,
  commitmentFor,
  drawn,
  hashesOf,
  reveal,
  revealAll,
  revealPost,
  type Answer,
} from "../../../support/taskMoves.ts";

const { POST_STATUS_OK: OK, POST_STATUS_EARLY: EARLY, POST_STATUS_LATE: LATE } = PostStatus;
const { POST_STATUS_DUPLICATE: DUPLICATE, POST_STATUS_MISMATCH: MISMATCH } = PostStatus;
const { POST_STATUS_NOT_YOURS: NOT_YOURS } = PostStatus;

type Revealing = { chain: TaskChain; task: Task; seats: Seat[] };

/** A task in REVEAL: all seats committed to their answers, "hello" where none is given. */
function revealing(
  answers: readonly Answer[] = [],
  options: object = {},
  fields: object = {},
): Revealing {
  const chain = new TaskChain(options);
  const task = drawn(chain, fields);
  const seats = calledSeats(task);
  chain.block(seats.map((seat, i) => commit(chain, task, seat, answers[i] ?? "hello")));
  assert.equal(chain.task().status, TaskStatus.TASK_STATUS_REVEAL);
  return { chain, task, seats };
}

const status = (chain: TaskChain, message: Message): number =>
  statusesOf(chain.block([message]))[0]?.[0] ?? -1;

function seat(seats: readonly Seat[], index: number): Seat {
  return seats[index] ?? assert.fail(`no seat ${index}`);
}

describe("tasks: reveal", () => {
  it("OK: the executor first, then the validators, with what they say", () => {
    const { chain, task, seats } = revealing();
    assert.equal(status(chain, reveal(chain, task, seat(seats, 0), "hello")), OK);
    const now = seat(chain.task().seats, 0);
    assert.equal(now.status, SeatStatus.SEAT_STATUS_REVEALED);
    assert.deepEqual(now.output?.inline, utf8Encode("hello"));
    assert.deepEqual([now.late, now.revealedHeight, now.posts], [false, 4n, 2]);
    assert.deepEqual(chain.eventsOf("task_revealed"), [{ task_id: "1", node: now.node }]);
    assert.equal(
      status(chain, reveal(chain, task, seat(seats, 1), "hello", { output: undefined })),
      OK,
    );
    const validator = seat(chain.task().seats, 1);
    assert.deepEqual([validator.compared, validator.bytesAvailable], [true, true]);
    assert.equal(validator.output, undefined);
  });

  it("EARLY: before the window, and a validator before the executor in the first half", () => {
    const chain = new TaskChain({ revealBlocks: 10 });
    const task = drawn(chain);
    const seats = calledSeats(task);
    chain.block([commit(chain, task, seat(seats, 0), "hello")]);
    assert.equal(status(chain, reveal(chain, task, seat(seats, 0), "hello")), EARLY);
    chain.block(seats.slice(1).map((one) => commit(chain, task, one, "hello")));
    const start = chain.height;
    // Heights start + 1 .. start + 5 are the executor's half.
    for (let i = 1n; i <= 5n; i++) {
      assert.equal(status(chain, reveal(chain, task, seat(seats, 1), "hello")), EARLY);
      assert.equal(chain.height, start + i);
    }
    assert.equal(status(chain, reveal(chain, task, seat(seats, 1), "hello")), OK);
    assert.equal(seat(chain.task().seats, 1).compared, false);
  });

  it("a validator may reveal in the block of the executor's reveal, after it", () => {
    const { chain, task, seats } = revealing();
    const sent = chain.block(seats.map((one) => reveal(chain, task, one, "hello")));
    assert.deepEqual(statusesOf(sent).flat(), [OK, OK, OK]);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_VALID);
  });

  it("DUPLICATE: the second reveal of a seat", () => {
    const { chain, task, seats } = revealing();
    const first = reveal(chain, task, seat(seats, 0), "hello");
    assert.deepEqual(statusesOf(chain.block([first, first])).flat(), [OK, DUPLICATE]);
  });

  it("NOT_YOURS: another operator, another node", () => {
    const { chain, task, seats } = revealing();
    const post = revealPost(task, seat(seats, 0), "hello");
    const other = chain.operatorOf(seat(seats, 1).node).address;
    assert.equal(status(chain, revealAll(other, [post])), NOT_YOURS);
  });

  it("LATE: a seat that never committed, and after the end", () => {
    const chain = new TaskChain({ commitBlocks: 5 });
    const task = drawn(chain, { validators: 3 });
    const seats = calledSeats(task);
    chain.block(seats.slice(0, 3).map((one) => commit(chain, task, one, "hello")));
    while (chain.task().status === TaskStatus.TASK_STATUS_COMMIT) chain.block();
    chain.block([reveal(chain, task, seat(seats, 0), "hello")]);
    assert.equal(status(chain, reveal(chain, task, seat(seats, 3), "hello")), LATE);
    chain.block(seats.slice(1, 3).map((one) => reveal(chain, task, one, "hello")));
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(status(chain, reveal(chain, task, seat(seats, 1), "hello")), LATE);
  });

  const zeros = new Uint8Array(32);
  const mismatches: readonly (readonly [string, object])[] = [
    ["another salt", { salt: zeros }],
    ["another result", { ...hashesOf("other"), output: { inline: utf8Encode("other") } }],
    ["no output from the executor", { output: undefined }],
    ["bytes that are not those of the hash", { output: { inline: utf8Encode("other") } }],
    ["a hash of the output that is not the committed one", { output: { size: 5n, sha256: zeros } }],
    [
      "a size above max_output",
      { output: { size: 1_000_001n, sha256: sha256(utf8Encode("hello")) } },
    ],
    ["the flag without zero hashes", { unavailable: true, output: undefined }],
    ["result and output hash that differ under EXACT", { outputSha256: zeros }],
  ];
  for (const [name, changes] of mismatches) {
    it(`MISMATCH: ${name}; may be repeated until the deadline`, () => {
      const { chain, task, seats } = revealing();
      assert.equal(status(chain, reveal(chain, task, seat(seats, 0), "hello", changes)), MISMATCH);
      assert.equal(seat(chain.task().seats, 0).posts, 1);
      assert.equal(status(chain, reveal(chain, task, seat(seats, 0), "hello")), OK);
    });
  }

  it("a seat that committed to different hashes under EXACT can never open them", () => {
    const chain = new TaskChain({ commitBlocks: 5, revealBlocks: 5 });
    const task = drawn(chain);
    const seats = calledSeats(task);
    chain.block(seats.map((one) => commit(chain, task, one, "a|b")));
    assert.equal(status(chain, reveal(chain, task, seat(seats, 0), "a|b")), MISMATCH);
    while (chain.task().finishedHeight === 0n) chain.block();
    assert.equal(seat(chain.task().seats, 0).outcome, SeatOutcome.SEAT_OUTCOME_SLASHED);
  });

  it("UNAVAILABLE opens with zero hashes and no output, and only so", () => {
    const { chain, task, seats } = revealing(["unavailable"]);
    const withOutput = { output: { inline: utf8Encode("x") } };
    assert.equal(
      status(chain, reveal(chain, task, seat(seats, 0), "unavailable", withOutput)),
      MISMATCH,
    );
    const unflagged = { unavailable: false };
    assert.equal(
      status(chain, reveal(chain, task, seat(seats, 0), "unavailable", unflagged)),
      MISMATCH,
    );
    assert.equal(status(chain, reveal(chain, task, seat(seats, 0), "unavailable")), OK);
    assert.equal(seat(chain.task().seats, 0).unavailable, true);
  });

  it("a validator brings its output when it differs, could not fetch, or has nothing to compare with", () => {
    const bare = { output: undefined };
    const differs = revealing(["hello", "other"]);
    differs.chain.block([reveal(differs.chain, differs.task, seat(differs.seats, 0), "hello")]);
    const post = (changes: object): Message =>
      reveal(differs.chain, differs.task, seat(differs.seats, 1), "other", changes);
    assert.equal(status(differs.chain, post(bare)), MISMATCH);
    assert.equal(status(differs.chain, post({})), OK);

    const withoutBytes = revealing();
    const offChain = { output: { size: 5n, sha256: sha256(utf8Encode("hello")) } };
    withoutBytes.chain.block([
      reveal(withoutBytes.chain, withoutBytes.task, seat(withoutBytes.seats, 0), "hello", offChain),
    ]);
    const denies = (changes: object): Message =>
      reveal(withoutBytes.chain, withoutBytes.task, seat(withoutBytes.seats, 1), "hello", {
        bytesAvailable: false,
        ...changes,
      });
    assert.equal(status(withoutBytes.chain, denies(bare)), MISMATCH);
    assert.equal(status(withoutBytes.chain, denies({})), OK);

    const nobody = revealing(["unavailable"]);
    nobody.chain.block([reveal(nobody.chain, nobody.task, seat(nobody.seats, 0), "unavailable")]);
    const alone = (changes: object): Message =>
      reveal(nobody.chain, nobody.task, seat(nobody.seats, 1), "hello", changes);
    assert.equal(status(nobody.chain, alone(bare)), MISMATCH);
    assert.equal(status(nobody.chain, alone({})), OK);
  });

  it("X14: inline bytes under EXACT cannot be denied", () => {
    const { chain, task, seats } = revealing();
    const deny = { bytesAvailable: false };
    chain.block([reveal(chain, task, seat(seats, 0), "hello")]);
    chain.block(seats.slice(1).map((one) => reveal(chain, task, one, "hello", deny)));
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(seat(ended.seats, 0).outcome, SeatOutcome.SEAT_OUTCOME_PAID);
  });

  it("X14: what a validator says of inline bytes under EXACT is ignored: it need not bring them", () => {
    const { chain, task, seats } = revealing();
    chain.block([reveal(chain, task, seat(seats, 0), "hello")]);
    const says = { bytesAvailable: false, output: undefined };
    const sent = chain.block(seats.slice(1).map((one) => reveal(chain, task, one, "hello", says)));
    assert.deepEqual(statusesOf(sent).flat(), [OK, OK]);
    const { status: end, result } = chain.task();
    assert.equal(end, TaskStatus.TASK_STATUS_VALID);
    assert.deepEqual(result?.inline, utf8Encode("hello"));
  });

  it("X14: bytes withheld off chain: a majority of not available is the executor's non-reveal", () => {
    const { chain, task, seats } = revealing();
    const offChain = { output: { size: 5n, sha256: sha256(utf8Encode("hello")) } };
    chain.block([reveal(chain, task, seat(seats, 0), "hello", offChain)]);
    const deny = { bytesAvailable: false };
    chain.block(seats.slice(1).map((one) => reveal(chain, task, one, "hello", deny)));
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(ended.overruled, true);
    assert.deepEqual(ended.result?.inline, utf8Encode("hello"));
    const executor = seat(ended.seats, 0);
    assert.equal(executor.outcome, SeatOutcome.SEAT_OUTCOME_SLASHED);
    assert.equal(executor.slashed, 500_000n);
    assert.deepEqual(
      ended.seats.slice(1, 3).map((one) => one.paid),
      [1_000n, 1_000n],
    );
  });

  it("X14: half of not available is no majority: the executor's value stands", () => {
    const { chain, task, seats } = revealing([], { nodes: 6 }, { validators: 4 });
    const offChain = { output: { size: 5n, sha256: sha256(utf8Encode("hello")) } };
    chain.block([reveal(chain, task, seat(seats, 0), "hello", offChain)]);
    chain.block(
      seats.slice(1).map((one, i) => reveal(chain, task, one, "hello", { bytesAvailable: i < 2 })),
    );
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(ended.overruled, false);
    assert.equal(seat(ended.seats, 0).outcome, SeatOutcome.SEAT_OUTCOME_PAID);
    // Two validators brought the bytes: the result does not hang on the executor's store.
    assert.deepEqual(ended.result?.inline, utf8Encode("hello"));
    assert.equal(ended.resultSeat, 3);
  });

  it("X14: bytes that all could have stay off chain", () => {
    const { chain, task, seats } = revealing();
    const offChain = { output: { size: 5n, sha256: sha256(utf8Encode("hello")) } };
    chain.block([reveal(chain, task, seat(seats, 0), "hello", offChain)]);
    const bare = { output: undefined };
    chain.block(seats.slice(1).map((one) => reveal(chain, task, one, "hello", bare)));
    const { result, resultSeat } = chain.task();
    assert.deepEqual([result?.size, result?.inline.length, resultSeat], [5n, 0, 0]);
  });

  it("X32: FIELDS: equal projections agree although the outputs differ", () => {
    const fields = { compare: Compare.COMPARE_FIELDS };
    const answers = ["[1]|{a:1,t:5}", "[1]|{a:1,t:6}", "[1]|{a:1,t:7}"];
    const { chain, task, seats } = revealing(answers, fields);
    for (const [i, one] of seats.entries()) {
      chain.block([reveal(chain, task, one, answers[i] ?? "", i > 0 ? { output: undefined } : {})]);
    }
    const ended = chain.task();
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.deepEqual(ended.resultHash, hashesOf("[1]").resultHash);
    assert.deepEqual(ended.result?.inline, utf8Encode("{a:1,t:5}"));
  });

  it("FIELDS: a projection that does not fit the inline output can be denied", () => {
    const fields = { compare: Compare.COMPARE_FIELDS };
    const { chain, task, seats } = revealing(["[1]|x", "[1]|y", "[1]|y"], fields);
    chain.block([reveal(chain, task, seat(seats, 0), "[1]|x")]);
    const deny = { bytesAvailable: false };
    chain.block(seats.slice(1).map((one) => reveal(chain, task, one, "[1]|y", deny)));
    const ended = chain.task();
    assert.equal(ended.overruled, true);
    assert.equal(seat(ended.seats, 0).outcome, SeatOutcome.SEAT_OUTCOME_SLASHED);
    assert.deepEqual(ended.result?.inline, utf8Encode("y"));
  });

  it("X1: a copied commitment is accepted and cannot be opened", () => {
    const chain = new TaskChain({ revealBlocks: 5 });
    const task = drawn(chain);
    const seats = calledSeats(task);
    const [executor, copier, honest] = [seat(seats, 0), seat(seats, 1), seat(seats, 2)];
    const stolen = commitmentFor(task, executor, "hello");
    const copy = { taskId: task.id, node: copier.node, attempt: 1, commitment: stolen };
    const sent = chain.block([
      commit(chain, task, executor, "hello"),
      commitAll(chain.operatorOf(copier.node).address, [copy]),
      commit(chain, task, honest, "hello"),
    ]);
    assert.deepEqual(statusesOf(sent).flat(), [OK, OK, OK]);
    chain.block([reveal(chain, task, executor, "hello")]);
    // The executor's own opening, and the copier's with the now public answer: neither opens it.
    const opening = { ...(revealPost(task, executor, "hello") as object), node: copier.node };
    const operator = chain.operatorOf(copier.node).address;
    assert.equal(status(chain, revealAll(operator, [opening])), MISMATCH);
    assert.equal(status(chain, reveal(chain, task, copier, "hello")), MISMATCH);
    chain.block([reveal(chain, task, honest, "hello")]);
    while (chain.task().finishedHeight === 0n) chain.block();
    const judged = seat(chain.task().seats, 1);
    assert.equal(judged.outcome, SeatOutcome.SEAT_OUTCOME_SLASHED);
    assert.equal(judged.paid + judged.postFees, 0n);
    assert.ok(judged.slashed > 1_000n);
  });

  it("X11: a late executor counts, earns no fee and is a miss", () => {
    const { chain, task, seats } = revealing([], { revealBlocks: 10 });
    const start = chain.height;
    while (chain.height < start + 5n) chain.block();
    chain.block(seats.slice(1).map((one) => reveal(chain, task, one, "hello")));
    const before = chain.bond(seat(seats, 0).node)?.amount ?? 0n;
    assert.equal(status(chain, reveal(chain, task, seat(seats, 0), "hello")), OK);
    const ended = chain.task();
    const executor = seat(ended.seats, 0);
    assert.equal(ended.status, TaskStatus.TASK_STATUS_VALID);
    assert.equal(ended.overruled, false);
    assert.equal(executor.late, true);
    assert.equal(executor.outcome, SeatOutcome.SEAT_OUTCOME_MISSED);
    assert.deepEqual([executor.paid, executor.postFees, executor.slashed], [0n, 5_000n, 2_000n]);
    assert.equal(chain.bond(executor.node)?.amount, before - 2_000n);
    assert.equal(chain.bond(executor.node)?.missing, true);
    assert.equal(chain.bond(executor.node)?.status, 1);
  });

  it("a late executor with the wrong value is slashed, not missed", () => {
    const { chain, task, seats } = revealing(["other"], { revealBlocks: 10 });
    chain.blocks(5);
    chain.block(seats.slice(1).map((one) => reveal(chain, task, one, "hello")));
    chain.block([reveal(chain, task, seat(seats, 0), "other")]);
    const ended = chain.task();
    assert.equal(ended.overruled, true);
    assert.equal(seat(ended.seats, 0).outcome, SeatOutcome.SEAT_OUTCOME_SLASHED);
    assert.deepEqual(ended.result?.inline, utf8Encode("hello"));
  });

  it("refuses no posts, eleven posts and hashes or salts that are not 32 bytes", () => {
    const { chain, task, seats } = revealing();
    const post = revealPost(task, seat(seats, 0), "hello");
    const operator = chain.operatorOf(seat(seats, 0).node).address;
    const short = new Uint8Array(31);
    assert.equal(chain.refuse(revealAll(operator, [])), "tasks/17");
    assert.equal(
      chain.refuse(
        revealAll(
          operator,
          Array.from({ length: 11 }, () => post),
        ),
      ),
      "tasks/17",
    );
    for (const name of ["resultHash", "outputSha256", "salt"]) {
      assert.equal(chain.refuse(revealAll(operator, [{ ...post, [name]: short }])), "tasks/17");
    }
  });

  it("X23: a reveal without output may come before the executor's own in the second half", () => {
    const { chain, task, seats } = revealing([], { revealBlocks: 6 });
    const { hopeless, request: codec } = revealMsg as unknown as {
      request: { decode(bytes: Uint8Array): never };
      hopeless(ctx: unknown, msg: never): Error | undefined;
    };
    chain.blocks(3);
    const bare = reveal(chain, task, seat(seats, 1), "hello", { output: undefined });
    assert.equal(hopeless(chain.ctx, codec.decode(bare.bytes)), undefined);
    assert.equal(status(chain, bare), MISMATCH);
    const own = reveal(chain, task, seat(seats, 0), "hello", { output: undefined });
    assert.notEqual(hopeless(chain.ctx, codec.decode(own.bytes)), undefined);
    assert.equal(status(chain, reveal(chain, task, seat(seats, 0), "hello")), OK);
    assert.equal(status(chain, bare), OK);
  });

  it("X24: is expected when its turn has come, hopeless when it opens nothing", () => {
    const { chain, task, seats } = revealing();
    const msg = revealMsg as unknown as {
      request: { decode(bytes: Uint8Array): never };
      expected(ctx: unknown, msg: never): boolean;
      hopeless(ctx: unknown, msg: never): Error | undefined;
    };
    const decode = (index: number, changes: object = {}): never =>
      msg.request.decode(reveal(chain, task, seat(seats, index), "hello", changes).bytes);
    assert.equal(msg.expected(chain.ctx, decode(0)), true);
    assert.equal(msg.expected(chain.ctx, decode(1)), false);
    assert.equal(msg.hopeless(chain.ctx, decode(1)), undefined);
    const wrong = decode(0, { salt: new Uint8Array(32) });
    assert.match(msg.hopeless(chain.ctx, wrong)?.message ?? "", /posts: expected one/);
    chain.block([reveal(chain, task, seat(seats, 0), "hello")]);
    assert.equal(msg.expected(chain.ctx, decode(1)), true);
    assert.notEqual(msg.hopeless(chain.ctx, decode(0)), undefined);
  });
});
