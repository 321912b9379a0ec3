import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utf8Encode } from "../../../../core/bytes.ts";
import { tasksModule, TaskStatus } from "../../../../modules/tasks/index.ts";
import * as wire from "../../../../proto/gen/assay/tasks/v1/query.ts";
import { ask } from "../../../support/moduleCalls.ts";
import { service, TaskChain } from "../../../support/taskChain.ts";
import { calledSeats, cancel, commit, drawn, request, submit } from "../../../support/taskMoves.ts";

type Wire<T> = {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
  fromPartial(fields: object): T;
};

function query<Q, A>(
  chain: TaskChain,
  name: string,
  asked: Wire<Q>,
  fields: object,
  answer: Wire<A>,
): A {
  const bytes = asked.encode(asked.fromPartial(fields)).finish();
  return ask(tasksModule, chain.ctx, `/assay.tasks.v1.Query/${name}`, bytes, answer);
}

const list = (chain: TaskChain, fields: object): wire.QueryTasksResponse =>
  query(chain, "Tasks", wire.QueryTasksRequest, fields, wire.QueryTasksResponse);
const idsOf = ({ tasks }: wire.QueryTasksResponse): bigint[] => tasks.map(({ id }) => id);

describe("tasks: queries", () => {
  it("Params answers the parameters in wire form", () => {
    const { params } = query(
      new TaskChain(),
      "Params",
      wire.QueryParamsRequest,
      {},
      wire.QueryParamsResponse,
    );
    assert.equal(params?.tax, "50000000000000000");
    assert.equal(params.requestsPerBlock, 200);
  });

  it("Task answers the whole task: input, seats, outputs and result", () => {
    const chain = new TaskChain();
    const task = drawn(chain, { validators: 0 });
    const [executor] = task.seats;
    assert.ok(executor !== undefined);
    chain.block([submit(chain, task, executor, "world")]);
    const answer = query(
      chain,
      "Task",
      wire.QueryTaskRequest,
      { taskId: 1n },
      wire.QueryTaskResponse,
    );
    assert.deepEqual(answer.task?.input?.inline, utf8Encode("hello"));
    assert.deepEqual(answer.task.result?.inline, utf8Encode("world"));
    assert.deepEqual(answer.task.seats[0]?.output?.inline, utf8Encode("world"));
    assert.equal(answer.task.seats.length, 3);
    assert.throws(
      () => query(chain, "Task", wire.QueryTaskRequest, { taskId: 2n }, wire.QueryTaskResponse),
      /task 2 not found/,
    );
  });

  it("Tasks lists by requester, service and status, in pages, newest first on request", () => {
    const chain = new TaskChain({ nodes: 8 });
    chain.fund(chain.author.address, 1_000_000n);
    chain.block([
      request(chain),
      request(chain, { requester: chain.author.address }),
      request(chain),
      cancel(chain, 3n),
    ]);
    const all = { requester: "", service: "", status: 0 };
    assert.deepEqual(idsOf(list(chain, all)), [1n, 2n, 3n]);
    const reverse = { pagination: { reverse: true, limit: 2n } };
    const first = list(chain, { ...all, ...reverse });
    assert.deepEqual(idsOf(first), [3n, 2n]);
    const key = first.pagination?.nextKey;
    assert.deepEqual(idsOf(list(chain, { ...all, pagination: { reverse: true, key } })), [1n]);
    const byAuthor = { requester: chain.author.address };
    assert.deepEqual(idsOf(list(chain, byAuthor)), [2n]);
    assert.deepEqual(idsOf(list(chain, { service })), [1n, 2n, 3n]);
    assert.deepEqual(idsOf(list(chain, { service: "other-demo" })), []);
    const requested = { status: TaskStatus.TASK_STATUS_REQUESTED };
    assert.deepEqual(idsOf(list(chain, requested)), [1n, 2n]);
    assert.deepEqual(idsOf(list(chain, { ...requested, ...byAuthor, service })), [2n]);
    assert.deepEqual(idsOf(list(chain, { ...byAuthor, service: "other-demo" })), []);
  });

  it("Assignments answers the open seats of an operator, and only those", () => {
    const chain = new TaskChain({ nodes: 3 });
    const first = drawn(chain);
    const second = drawn(chain);
    const [operator] = chain.operators;
    assert.ok(operator !== undefined);
    const ask = (afterTaskId: bigint, of = operator.address): wire.QueryAssignmentsResponse =>
      query(
        chain,
        "Assignments",
        wire.QueryAssignmentsRequest,
        { operator: of, afterTaskId },
        wire.QueryAssignmentsResponse,
      );
    const open = ask(0n);
    assert.deepEqual(
      open.assignments.map(({ task }) => task?.id),
      [1n, 2n],
    );
    for (const { task, seat } of open.assignments) {
      assert.equal(task?.seats[seat]?.node, chain.nodes[0]?.address);
      assert.deepEqual(task?.input?.inline, utf8Encode("hello"));
    }
    assert.equal(open.height, chain.height);
    assert.deepEqual(
      ask(1n).assignments.map(({ task }) => task?.id),
      [2n],
    );
    assert.deepEqual(ask(0n, chain.requester.address).assignments, []);
    for (const task of [first, second]) {
      const seats = calledSeats(task);
      chain.block(seats.map((seat) => commit(chain, task, seat, task.id === 1n ? "a" : "b")));
    }
    chain.blocks(200);
    assert.deepEqual(ask(0n).assignments, []);
  });

  it("Quote answers version, escrow, counts and why nodes are not eligible", () => {
    const chain = new TaskChain({
      bonds: (i) => (i === 4 ? { capacity: 1, openSeats: 0, roles: [2] } : {}),
    });
    const [node] = chain.nodes;
    assert.ok(node !== undefined);
    const quote = (fields: object): wire.QueryQuoteResponse =>
      query(
        chain,
        "Quote",
        wire.QueryQuoteRequest,
        { service, taskKey: "echo", inputSize: 5n, validators: 2, ...fields },
        wire.QueryQuoteResponse,
      );
    const answer = quote({});
    assert.equal(answer.version, "1.0.0");
    assert.equal(answer.escrow?.total, "28450");
    assert.deepEqual([answer.executors, answer.validators], [4, 5]);
    assert.equal(answer.definition?.key, "echo");
    assert.deepEqual(
      answer.filtered.map(({ reason, count }) => [reason, count]),
      [["other role", 1]],
    );
    const own = quote({ requester: node.address });
    assert.deepEqual([own.executors, own.validators], [3, 4]);
    assert.throws(() => quote({ taskKey: "ping" }), /task_key: expected/);
    assert.throws(() => quote({ inputSize: 2_000n }), /input: expected at most 1024/);
  });
});
