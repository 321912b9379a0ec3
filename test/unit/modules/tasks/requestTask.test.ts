import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sha256 } from "../../../../core/crypto/sha256.ts";
import { utf8Encode } from "../../../../core/bytes.ts";
import { Compare } from "../../../../modules/registry/index.ts";
import { requestTask } from "../../../../modules/tasks/msgs/requestTask.ts";
import { TaskStatus } from "../../../../modules/tasks/index.ts";
import { codesOf, TaskChain, type TaskChainOptions } from "../../../support/taskChain.ts";
import { drawn, request } from "../../../support/taskMoves.ts";

const text = (length: number): string => "x".repeat(length);
const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(1);

type Row = readonly [string, object, string, TaskChainOptions?];

const refused: readonly Row[] = [
  ["a node set", { selection: 2 }, "tasks/2"],
  ["explicit selection", { selection: 3 }, "tasks/2"],
  ["a selection that nobody knows", { selection: 9 }, "tasks/2"],
  ["a selection below all", { selection: -5 }, "tasks/2"],
  ["encryption", { encrypted: true }, "tasks/2"],
  ["TOLERANCE", {}, "tasks/2", { compare: Compare.COMPARE_TOLERANCE }],
  ["no input", { input: undefined }, "sdk/18"],
  [
    "a hash that is not that of the inline bytes",
    { input: { inline: bytes(3), sha256: bytes(32) } },
    "tasks/3",
  ],
  [
    "a size that is not that of the inline bytes",
    { input: { inline: bytes(3), size: 4n } },
    "tasks/3",
  ],
  ["a size without a hash", { input: { size: 4n } }, "tasks/3"],
  ["a short hash", { input: { size: 4n, sha256: bytes(31) } }, "tasks/3"],
  [
    "more inline bytes than allowed",
    { input: { inline: bytes(101) } },
    "tasks/3",
    { params: { maxInline: 100 } },
  ],
  ["nine tags", { tags: Array.from({ length: 9 }, () => "a") }, "tasks/4"],
  ["a tag of 65 bytes", { tags: [text(65)] }, "tasks/4"],
  ["an empty tag", { tags: [""] }, "tasks/4"],
  ["an unknown service", { service: "no-such" }, "registry/"],
  ["an unknown version", { version: "2" }, "tasks/5"],
  ["an unknown task key", { taskKey: "ping" }, "tasks/6"],
  ["fewer validators than the definition asks", { validators: 1 }, "tasks/7", { minValidators: 2 }],
  [
    "more validators than the chain allows",
    { validators: 4 },
    "tasks/7",
    { params: { maxValidators: 3 } },
  ],
  ["an input above max_input", { input: { size: 1_025n, sha256: bytes(32) } }, "tasks/8"],
  ["a max_fee one below the escrow", { maxFee: "28449" }, "tasks/9"],
  ["more validators than nodes", { validators: 5 }, "tasks/10"],
  ["seats beyond max_open_seats", {}, "tasks/12", { params: { maxOpenSeats: 2 } }],
  ["an empty purse", { requester: undefined }, "sdk/"],
];

describe("tasks: request", () => {
  for (const [name, fields, code, options] of refused) {
    it(`refuses ${name} with ${code}`, () => {
      const chain = new TaskChain(options);
      chain.block();
      const poor = "requester" in fields ? { requester: chain.author.address } : fields;
      const got = chain.refuse(request(chain, poor));
      assert.ok(code.endsWith("/") ? got.startsWith(code) : got === code, got);
    });
  }

  const accepted: readonly (readonly [string, object, TaskChainOptions?])[] = [
    ["a max_fee of exactly the escrow", { maxFee: "28450" }],
    ["eight tags of 64 bytes", { tags: Array.from({ length: 8 }, () => text(64)) }],
    ["an input of exactly max_input off chain", { input: { size: 1_024n, sha256: bytes(32) } }],
    [
      "exactly as many inline bytes as allowed",
      { input: { inline: bytes(100) } },
      { params: { maxInline: 100 } },
    ],
    ["no bytes at all", { input: {} }],
    [
      "inline bytes with their own hash and size",
      { input: { inline: bytes(3), sha256: sha256(bytes(3)), size: 3n } },
    ],
    ["as many validators as there are other nodes", { validators: 4 }],
    ["the highest N that the chain allows", { validators: 3 }, { params: { maxValidators: 3 } }],
    ["the fewest validators that the definition asks", { validators: 2 }, { minValidators: 2 }],
    ["exactly max_open_seats", {}, { params: { maxOpenSeats: 3 } }],
    ["the line of a version", { version: "1.0" }],
    ["FIELDS", {}, { compare: Compare.COMPARE_FIELDS }],
  ];
  for (const [name, fields, options] of accepted) {
    it(`accepts ${name}`, () => {
      const chain = new TaskChain(options);
      assert.deepEqual(codesOf(chain.block([request(chain, fields)])), ["ok"]);
      assert.equal(chain.task().status, TaskStatus.TASK_STATUS_REQUESTED);
    });
  }

  it("takes the escrow, answers with the id and emits one event of its own", () => {
    const chain = new TaskChain();
    const before = chain.balance(chain.requester);
    const [sent] = chain.block([request(chain, { tags: ["blue"] })]);
    assert.ok(sent?.ok);
    assert.deepEqual(sent.response, { taskId: 1n, escrow: 28_450n });
    assert.equal(chain.balance(chain.requester), before - 28_450n);
    assert.equal(chain.balance("tasks"), 28_450n);
    assert.deepEqual(chain.eventsOf("task_requested"), [
      {
        task_id: "1",
        service: "echo-demo",
        version: "1.0.0",
        task_key: "echo",
        requester: chain.requester.address,
        validators: "2",
        escrow: "28450",
      },
    ]);
    const task = chain.task();
    assert.deepEqual(task.input.sha256, sha256(utf8Encode("hello")));
    assert.equal(task.input.size, 5n);
    assert.deepEqual(task.tags, ["blue"]);
  });

  it("X24: a block takes requests_per_block requests and refuses one more", () => {
    const chain = new TaskChain({ params: { requestsPerBlock: 2 } });
    const sent = chain.block([request(chain), request(chain), request(chain)]);
    assert.deepEqual(
      sent.map((one) => (one.ok ? "ok" : one.code)),
      ["ok", "ok", "tasks/11"],
    );
    assert.equal(requestTask.perBlock?.(chain.ctx), 2);
    const [next] = chain.block([request(chain)]);
    assert.equal(next?.ok, true);
  });

  it("counts 1 + N seats from the acceptance to the end", () => {
    const chain = new TaskChain({ params: { maxOpenSeats: 5 } });
    chain.block([request(chain)]);
    assert.equal(chain.refuse(request(chain)), "tasks/12");
    assert.equal(chain.block([request(chain, { validators: 1 })])[0]?.ok, true);
    chain.blocks(200);
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_EXPIRED);
    assert.equal(chain.block([request(chain)])[0]?.ok, true);
  });

  it("one service holds at most its share once half of the seats are open, a floor before", () => {
    // 10 of 40 million staked: a quarter of 24 seats is 6; the floor of 9 counts below 12 open ones.
    const params = { maxOpenSeats: 24, serviceFloorSeats: 9 };
    const chain = new TaskChain({ otherStake: 30_000_000n, params });
    const three = [request(chain), request(chain), request(chain), request(chain)];
    assert.deepEqual(codesOf(chain.block(three)), ["ok", "ok", "ok", "tasks/13"]);
  });

  it("the floor ends once half of the seats are open", () => {
    const params = { maxOpenSeats: 24, serviceFloorSeats: 24 };
    const chain = new TaskChain({ otherStake: 30_000_000n, params });
    const five = Array.from({ length: 5 }, () => request(chain));
    assert.deepEqual(codesOf(chain.block(five)), ["ok", "ok", "ok", "ok", "tasks/13"]);
  });

  it("without the floor it holds its share alone", () => {
    const params = { maxOpenSeats: 24, serviceFloorSeats: 0 };
    const chain = new TaskChain({ otherStake: 30_000_000n, params });
    const three = [request(chain), request(chain), request(chain)];
    assert.deepEqual(codesOf(chain.block(three)), ["ok", "ok", "tasks/13"]);
  });

  it("X22: a price per started KiB is charged for the whole input", () => {
    const chain = new TaskChain();
    drawn(chain, { input: { size: 1_024n, sha256: bytes(32) } });
    assert.equal(chain.task().escrow.price, 1_000n);
  });

  it("refuses when only its own node and too few others are there", () => {
    const chain = new TaskChain({ nodes: 3 });
    chain.block();
    const [own] = chain.nodes;
    assert.ok(own !== undefined);
    assert.equal(chain.refuse(request(chain, { requester: own.address })), "tasks/10");
  });

  it("counts a bond that starts with the next epoch, because a quiet chain's time is old", () => {
    const chain = new TaskChain({ nodes: 3, bonds: () => ({ activeFromEpoch: 1n }) });
    assert.deepEqual(codesOf(chain.block([request(chain)], { advanceMs: 1n })), ["ok"]);
    chain.block([], { advanceMs: 5_000n });
    assert.equal(chain.task().status, TaskStatus.TASK_STATUS_COMMIT);
  });
});
