import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commit as commitMsg } from "../../../../modules/tasks/msgs/commit.ts";
import { commitmentOf, SeatStatus, TaskStatus } from "../../../../modules/tasks/index.ts";
import { PostStatus } from "../../../../modules/tasks/types.ts";
import { statusesOf, TaskChain, type Message } from "../../../support/taskChain.ts";
import {
  calledSeats,
  commit,
  commitAll,
  commitmentFor,
  drawn,
  hashesOf,
  request,
} from "../../../support/taskMoves.ts";

const { POST_STATUS_OK, POST_STATUS_EARLY, POST_STATUS_LATE } = PostStatus;
const { POST_STATUS_DUPLICATE, POST_STATUS_MISMATCH, POST_STATUS_NOT_YOURS } = PostStatus;

describe("tasks: commit", () => {
  it("OK: keeps commitment, attempt and height, counts the post and says so", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    const [seat] = calledSeats(task);
    assert.ok(seat !== undefined);
    assert.deepEqual(statusesOf(chain.block([commit(chain, task, seat, "hello")])), [
      [POST_STATUS_OK],
    ]);
    const [now] = chain.task().seats;
    assert.equal(now?.status, SeatStatus.SEAT_STATUS_COMMITTED);
    assert.deepEqual(now.commitment, commitmentFor(task, seat, "hello"));
    assert.deepEqual([now.attempt, now.committedHeight, now.posts], [1, 3n, 1]);
    assert.deepEqual(chain.eventsOf("task_committed"), [{ task_id: "1", node: seat.node }]);
  });

  it("EARLY: in the block of the draw, whose start the draw saw", () => {
    const chain = new TaskChain();
    chain.block([request(chain)]);
    // The draw is deterministic: a second chain tells what the first one will draw.
    const twin = new TaskChain();
    const task = drawn(twin);
    const [seat] = calledSeats(task);
    assert.ok(seat !== undefined);
    assert.deepEqual(statusesOf(chain.block([commit(chain, task, seat, "hello")])), [
      [POST_STATUS_EARLY],
    ]);
  });

  it("DUPLICATE: the second commitment of a seat, in the same message too", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    const [seat] = calledSeats(task);
    assert.ok(seat !== undefined);
    const post = {
      taskId: task.id,
      node: seat.node,
      attempt: 1,
      commitment: commitmentFor(task, seat, "hello"),
    };
    const operator = chain.operatorOf(seat.node).address;
    assert.deepEqual(statusesOf(chain.block([commitAll(operator, [post, post])])), [
      [POST_STATUS_OK, POST_STATUS_DUPLICATE],
    ]);
    assert.deepEqual(statusesOf(chain.block([commit(chain, task, seat, "other")])), [
      [POST_STATUS_DUPLICATE],
    ]);
    assert.equal(chain.task().seats[0]?.posts, 1);
  });

  it("NOT_YOURS: an unknown task, a node without a seat, a reserve, another operator, the owner", () => {
    const chain = new TaskChain({ nodes: 6 });
    const task = drawn(chain);
    const seats = calledSeats(task);
    const [executor, validator] = seats;
    const reserve = task.seats[3];
    const outsider = chain.nodes.find(({ address }) => task.seats.every((s) => s.node !== address));
    assert.ok(executor && validator && reserve && outsider);
    const post = (node: string, taskId = task.id): object => ({
      taskId,
      node,
      attempt: 1,
      commitment: new Uint8Array(32),
    });
    const own = chain.operatorOf(executor.node).address;
    const sent = chain.block([
      commitAll(own, [post(executor.node, 99n as never)]),
      commitAll(chain.operatorOf(outsider.address).address, [post(outsider.address)]),
      commitAll(chain.operatorOf(reserve.node).address, [post(reserve.node)]),
      commitAll(chain.operatorOf(validator.node).address, [post(executor.node)]),
      commitAll(executor.node, [post(executor.node)]),
    ]);
    assert.deepEqual(
      statusesOf(sent).flat(),
      Array.from({ length: 5 }, () => POST_STATUS_NOT_YOURS),
    );
  });

  it("MISMATCH: another attempt than the running one, and a task without validators; may be repeated", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    const [seat] = calledSeats(task);
    assert.ok(seat !== undefined);
    const wrong = commit(chain, task, seat, "hello", { attempt: 2 });
    assert.deepEqual(statusesOf(chain.block([wrong, commit(chain, task, seat, "hello")])), [
      [POST_STATUS_MISMATCH],
      [POST_STATUS_OK],
    ]);
    const alone = drawn(chain, { validators: 0 });
    const [only] = alone.seats;
    assert.ok(only !== undefined);
    assert.deepEqual(statusesOf(chain.block([commit(chain, alone, only, "hello")])), [
      [POST_STATUS_MISMATCH],
    ]);
  });

  it("LATE: after the window, by a silent validator in REVEAL, by a replaced executor and after the end", () => {
    const chain = new TaskChain({ commitBlocks: 5, nodes: 6 });
    const task = drawn(chain, { validators: 3 });
    const [executor, a, b, silent] = calledSeats(task);
    assert.ok(executor && a && b && silent);
    chain.block([executor, a, b].map((seat) => commit(chain, task, seat, "hello")));
    while (chain.task().status === TaskStatus.TASK_STATUS_COMMIT) chain.block();
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_REVEAL);
    assert.deepEqual(statusesOf(chain.block([commit(chain, task, silent, "hello")])), [
      [POST_STATUS_LATE],
    ]);

    const other = drawn(chain);
    const [replaced] = other.seats;
    assert.ok(replaced !== undefined);
    while (chain.task(other.id).attempt === 1) chain.block();
    const late = commit(chain, chain.task(other.id), replaced, "hello");
    assert.deepEqual(statusesOf(chain.block([late])), [[POST_STATUS_LATE]]);
    while (chain.task(other.id).finishedHeight === 0n) chain.block();
    assert.deepEqual(statusesOf(chain.block([late])), [[POST_STATUS_LATE]]);
  });

  it("answers per post: one wrong post leaves the others", () => {
    const chain = new TaskChain({ nodes: 3 });
    const first = drawn(chain);
    const second = drawn(chain);
    const [node] = chain.nodes;
    assert.ok(node !== undefined);
    const seatIn = (task: typeof first): (typeof first)["seats"][number] =>
      task.seats.find((seat) => seat.node === node.address) ?? assert.fail("no seat");
    const post = (task: typeof first, attempt: number): object => ({
      taskId: task.id,
      node: node.address,
      attempt,
      commitment: commitmentFor(task, seatIn(task), "hello"),
    });
    const operator = chain.operatorOf(node.address).address;
    const sent = chain.block([commitAll(operator, [post(first, 7), post(second, 1)])]);
    assert.deepEqual(statusesOf(sent), [[POST_STATUS_MISMATCH, POST_STATUS_OK]]);
  });

  it("refuses no posts, eleven posts and a commitment that is not 32 bytes", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    const [seat] = calledSeats(task);
    assert.ok(seat !== undefined);
    const operator = chain.operatorOf(seat.node).address;
    const post = { taskId: 1n, node: seat.node, attempt: 1, commitment: new Uint8Array(32) };
    assert.equal(chain.refuse(commitAll(operator, [])), "tasks/17");
    assert.equal(
      chain.refuse(
        commitAll(
          operator,
          Array.from({ length: 11 }, () => post),
        ),
      ),
      "tasks/17",
    );
    for (const length of [0, 31, 33]) {
      const wrong = { ...post, commitment: new Uint8Array(length) };
      assert.equal(chain.refuse(commitAll(operator, [wrong])), "tasks/17");
    }
    assert.equal(chain.refuse(commitAll("nobody", [post])), "sdk/7");
    assert.equal(chain.refuse(commitAll(operator, [{ ...post, node: "nobody" }])), "sdk/7");
    const ten = chain.block([
      commitAll(
        operator,
        Array.from({ length: 10 }, () => post),
      ),
    ]);
    assert.deepEqual(statusesOf(ten)[0]?.slice(0, 2), [POST_STATUS_OK, POST_STATUS_DUPLICATE]);
  });

  it("X24: is expected while the seat waits, and hopeless once it can never be taken", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    const [seat] = calledSeats(task);
    assert.ok(seat !== undefined);
    const msg = commitMsg as unknown as {
      request: { decode(bytes: Uint8Array): never };
      expected(ctx: unknown, msg: never): boolean;
      hopeless(ctx: unknown, msg: never): Error | undefined;
    };
    const decoded = msg.request.decode(commit(chain, task, seat, "hello").bytes);
    // Right after the draw's block the next block takes it.
    assert.equal(msg.expected(chain.ctx, decoded), true);
    assert.equal(msg.hopeless(chain.ctx, decoded), undefined);
    const wrong = msg.request.decode(commit(chain, task, seat, "hello", { attempt: 2 }).bytes);
    assert.equal(msg.expected(chain.ctx, wrong), false);
    assert.equal(msg.hopeless(chain.ctx, wrong), undefined);
    chain.block([commit(chain, task, seat, "hello")]);
    assert.equal(msg.expected(chain.ctx, decoded), false);
    assert.match(msg.hopeless(chain.ctx, decoded)?.message ?? "", /posts: expected one/);
  });

  it("X23: CheckTx refuses only what can never be taken: a draw, a call or another operator may come first", () => {
    const { hopeless, request: codec } = commitMsg as unknown as {
      request: { decode(bytes: Uint8Array): never };
      hopeless(ctx: unknown, msg: never): Error | undefined;
    };
    const isHopeless = (on: TaskChain, message: Message): boolean =>
      hopeless(on.ctx, codec.decode(message.bytes)) !== undefined;
    const chain = new TaskChain({ nodes: 8, commitBlocks: 5 });
    const ahead = new TaskChain({ nodes: 8, commitBlocks: 5 });
    const task = drawn(ahead);
    const first = commit(ahead, task, calledSeats(task)[0] ?? assert.fail("no seat"), "hello");
    // Nodes that lag behind: they do not know the task, then not the draw.
    assert.equal(isHopeless(chain, first), false);
    chain.block([request(chain)]);
    assert.equal(isHopeless(chain, first), false);
    chain.block();

    const reserve = task.seats[3] ?? assert.fail("no reserve");
    const called = commit(chain, task, reserve, "hello", { attempt: 2 });
    assert.equal(isHopeless(chain, called), false);
    const commitment = new Uint8Array(32);
    const post = { taskId: task.id, node: reserve.node, attempt: 1, commitment };
    const seat = task.seats[1] ?? assert.fail("no validator");
    const rotated = commitAll(chain.author.address, [{ ...post, node: seat.node }]);
    assert.equal(isHopeless(chain, rotated), false);

    const seated = task.seats.map(({ node }) => node);
    const node = chain.nodes.find(({ address }) => !seated.includes(address))?.address;
    const stranger = commitAll(chain.operatorOf(node ?? assert.fail()).address, [
      { ...post, node },
    ]);
    assert.equal(isHopeless(chain, stranger), true);
    while (chain.task().finishedHeight === 0n) chain.block();
    assert.equal(isHopeless(chain, called), true);
    assert.equal(isHopeless(chain, rotated), true);
  });
});

describe("tasks: commitment", () => {
  const opening = {
    chainId: "assay-test-1",
    taskId: 7n,
    attempt: 1,
    role: 2,
    node: "assay1node",
    resultHash: new Uint8Array(32).fill(1),
    outputSha256: new Uint8Array(32).fill(2),
    salt: new Uint8Array(32).fill(3),
  };
  const changed: readonly (readonly [string, object])[] = [
    ["chain", { chainId: "assay-test-2" }],
    ["task", { taskId: 8n }],
    ["attempt", { attempt: 2 }],
    ["role", { role: 1 }],
    ["node", { node: "assay1other" }],
    ["result", { resultHash: new Uint8Array(32) }],
    ["output", { outputSha256: new Uint8Array(32) }],
    ["salt", { salt: new Uint8Array(32) }],
  ];
  for (const [name, change] of changed) {
    it(`X1: binds the ${name}`, () => {
      assert.notDeepEqual(commitmentOf({ ...opening, ...change }), commitmentOf(opening));
    });
  }

  it("X2: a boolean is not found by trying both answers without the salt", () => {
    const hidden = commitmentOf({ ...opening, ...hashesOf("true") });
    const guesses = ["true", "false"].flatMap((answer) =>
      [new Uint8Array(32), new Uint8Array(0), new Uint8Array(32).fill(255)].map((salt) =>
        commitmentOf({ ...opening, ...hashesOf(answer), salt }),
      ),
    );
    for (const guess of guesses) assert.notDeepEqual(guess, hidden);
    assert.deepEqual(commitmentOf({ ...opening, ...hashesOf("true") }), hidden);
  });

  it("X23: of a thousand equal posts one is taken, and CheckTx refuses the rest", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    const [seat] = calledSeats(task);
    assert.ok(seat !== undefined);
    const same = commit(chain, task, seat, "hello");
    const sent = chain.block(Array.from({ length: 1_000 }, () => same));
    const taken = statusesOf(sent).filter(([status]) => status === POST_STATUS_OK);
    assert.equal(taken.length, 1);
    assert.equal(chain.task().seats[0]?.posts, 1);
  });

  it("is the tagged hash of PROTOCOL 9 with lengths before all parts", () => {
    assert.equal(
      Buffer.from(commitmentOf(opening)).toString("hex"),
      "16cde3b5c869bff17c0b1979a3f6b3809fd4fb22d8cf8d1037b6ffab4c78b734",
    );
  });
});
