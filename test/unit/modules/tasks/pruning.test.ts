import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { taggedHash } from "../../../../core/crypto/hash.ts";
import { tasksModule } from "../../../../modules/tasks/index.ts";
import { Task } from "../../../../proto/gen/assay/tasks/v1/tasks.ts";
import * as wire from "../../../../proto/gen/assay/tasks/v1/query.ts";
import { ask } from "../../../support/moduleCalls.ts";
import { codesOf, TaskChain } from "../../../support/taskChain.ts";
import { calledSeats, cancel, commit, drawn, request, reveal } from "../../../support/taskMoves.ts";

function taskOf(chain: TaskChain, taskId: bigint): wire.QueryTaskResponse {
  const bytes = wire.QueryTaskRequest.encode({ taskId }).finish();
  return ask(tasksModule, chain.ctx, "/assay.tasks.v1.Query/Task", bytes, wire.QueryTaskResponse);
}

/** One task that ends VALID at height 5. */
function ended(keepBlocks: bigint): TaskChain {
  const chain = new TaskChain({ params: { keepBlocks } });
  const task = drawn(chain);
  const seats = calledSeats(task);
  chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
  chain.block(seats.map((seat) => reveal(chain, task, seat, "hello")));
  return chain;
}

/** A message that is refused and changes nothing: a block with work. */
const work = (chain: TaskChain) => cancel(chain, 99n);

describe("tasks: pruning", () => {
  it("X28: shrinks to the digest of the task as queries showed it, after keep_blocks", () => {
    const chain = ended(10n);
    const { finishedHeight } = chain.task();
    const shown = taskOf(chain, 1n).task ?? assert.fail("no task");
    while (chain.height < finishedHeight + 10n) chain.block([work(chain)]);
    assert.ok(taskOf(chain, 1n).task !== undefined);
    chain.block([work(chain)]);
    const answer = taskOf(chain, 1n);
    assert.equal(answer.task, undefined);
    assert.deepEqual(answer.digest?.digest, taggedHash("task", Task.encode(shown).finish()));
    const left = [...chain.world.store.dump()].filter(([key]) => key.startsWith("tasks/"));
    // Parameters, the sequence, the requests of the last block that had one, and the digest.
    assert.equal(left.length, 4);
  });

  it("never ticks: a quiet chain prunes nothing and writes nothing", () => {
    const chain = ended(10n);
    chain.block();
    const quiet = chain.world.store.dump();
    chain.blocks(50);
    assert.deepEqual(chain.world.store.dump(), quiet);
    chain.block([work(chain)]);
    assert.equal(taskOf(chain, 1n).task, undefined);
  });

  it("takes the oldest first, at most due_per_block seats a block, and always one task", () => {
    const chain = new TaskChain({ nodes: 8, params: { keepBlocks: 1n, duePerBlock: 4 } });
    const sizes = [0, 2, 4];
    chain.block(sizes.map((validators) => request(chain, { validators })));
    assert.deepEqual(codesOf(chain.block([])), []);
    chain.blocks(150);
    assert.equal(chain.task(3n).settled, true);
    chain.block([work(chain)]);
    assert.equal(taskOf(chain, 2n).task, undefined);
    assert.ok(taskOf(chain, 3n).task !== undefined);
    chain.block([work(chain)]);
    assert.equal(taskOf(chain, 3n).task, undefined);
  });
});

describe("tasks: idle", () => {
  it("a chain without open tasks writes nothing and needs no block", () => {
    const chain = ended(1_000n);
    chain.block();
    const before = chain.world.store.dump();
    chain.blocks(20);
    assert.deepEqual(chain.world.store.dump(), before);
  });

  it("an open window ticks every block until it closes", () => {
    const chain = new TaskChain({ commitBlocks: 5 });
    drawn(chain);
    while (chain.task().finishedHeight === 0n) {
      const before = chain.world.store.dump();
      chain.block();
      assert.notDeepEqual(chain.world.store.dump(), before);
    }
  });
});
