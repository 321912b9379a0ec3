import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findTask, TaskStatus, type TaskId } from "../../modules/tasks/index.ts";
import { MsgUnbond } from "../../proto/gen/assay/staking/v1/tx.ts";
import { testKey } from "../support/keys.ts";
import { seededRandom } from "../support/seededRandom.ts";
import { service, TaskChain, type Message } from "../support/taskChain.ts";
import {
  cancel,
  commit,
  reportLeak,
  request,
  reveal,
  submit,
  type Answer,
} from "../support/taskMoves.ts";

type Below = (limit: number) => number;

const reporter = testKey("reporter");
const answers: readonly Answer[] = ["hello", "hello", "hello", "bye", "unavailable"];

function answerOf(node: string, id: bigint): Answer {
  let mixed = Number(id) * 7;
  for (const letter of node) mixed = (mixed * 31 + letter.charCodeAt(0)) >>> 0;
  return answers[mixed % answers.length] ?? "hello";
}

/** What nodes, the requester and a reporter try at random: in time, early, late and wrong. */
function posts(chain: TaskChain, id: bigint, below: Below): Message[] {
  const task = chain.task(id);
  if (task.finishedHeight > 0n) return [];
  const requested = task.status === TaskStatus.TASK_STATUS_REQUESTED;
  if (requested) return below(12) === 0 ? [cancel(chain, id)] : [];
  return task.seats.flatMap((seat): Message[] => {
    if (below(3) > 0) return [];
    const answer = answerOf(seat.node, id);
    if (task.validators === 0) return [submit(chain, task, seat, answer)];
    if (seat.committedHeight === 0n) return [commit(chain, task, seat, answer)];
    const changes = below(6) === 0 ? { bytesAvailable: false } : {};
    const opened = reveal(chain, task, seat, below(10) === 0 ? "other" : answer, changes);
    const leak = reportLeak(reporter.address, { ...task, attempt: seat.attempt }, seat, answer);
    return below(25) === 0 ? [opened, leak] : [opened];
  });
}

function unbond(chain: TaskChain, below: Below): Message[] {
  const owner = chain.nodes[below(chain.nodes.length)]?.address;
  if (owner === undefined || below(15) > 0) return [];
  const amount = ["0", "100000", "300000"][below(3)] ?? "0";
  const fields = MsgUnbond.fromPartial({ owner, service, amount });
  return [{ typeUrl: "/assay.staking.v1.MsgUnbond", bytes: MsgUnbond.encode(fields).finish() }];
}

/** All of the state but the number of requests in the last block, which a new chain begins anew. */
function stateOf(chain: TaskChain): Map<string, Uint8Array> {
  const state = chain.world.store.dump();
  state.delete("tasks/\u000c");
  return state;
}

/** Invariants are checked after every block by the chain itself. */
function play(seed: number): void {
  const below = seededRandom(seed);
  const chain = new TaskChain({
    nodes: 6 + below(4),
    commitBlocks: 5 + below(4),
    revealBlocks: 5 + below(4),
    params: { keepBlocks: 5n + BigInt(below(30)), requestsPerBlock: 3 },
  });
  let twin: TaskChain | undefined;
  const known: bigint[] = [];
  for (let i = 0; i < 120; i++) {
    const messages = known
      .filter((id) => findTask(chain.ctx, id as TaskId) !== undefined)
      .flatMap((id) => posts(chain, id, below));
    if (below(3) === 0) messages.push(request(chain, { validators: below(4) }));
    messages.push(...unbond(chain, below));
    const options = { full: below(3) === 0, proposer: below(2) === 0 ? below(4) : 0 };
    for (const sent of chain.block(messages, options)) {
      const { taskId } = sent.ok ? (sent.response as { taskId?: bigint }) : {};
      if (taskId !== undefined) known.push(taskId);
    }
    twin?.block(messages, options);
    assert.deepEqual(chain.alarms, [], `height ${chain.height}`);
    if (twin !== undefined && i % 10 === 0) assert.deepEqual(stateOf(twin), stateOf(chain));
    if (i % 40 === 17) twin = chain.reborn();
  }
  assert.ok(known.length > 5);
}

describe("tasks: random lives", () => {
  for (let seed = 1; seed <= 6; seed++) {
    it(`R21: keep every invariant, raise no alarm and survive an export, seed ${seed}`, () => {
      play(seed);
    });
  }
});
