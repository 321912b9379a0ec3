import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Compare } from "../../modules/registry/index.ts";
import { SeatStatus, TaskStatus, type Seat, type Task } from "../../modules/tasks/index.ts";
import { seededRandom } from "../support/seededRandom.ts";
import { TaskChain, type Message } from "../support/taskChain.ts";
import {
  cancel,
  commit,
  hashesOf,
  reportLeak,
  request,
  reveal,
  submit,
  type Answer,
} from "../support/taskMoves.ts";

type Dice = (below: number) => number;

const strategies = [
  "honest",
  "honest",
  "honest",
  "lies",
  "scatters",
  "unavailable",
  "silent",
  "withholds",
  "late",
  "denies",
  "hides bytes",
  "garbage",
] as const;
type Strategy = (typeof strategies)[number];

/** Seats of a chain whose nodes play a strategy each, drawn anew for every task. */
class Byzantines {
  readonly chain: TaskChain;
  readonly dice: Dice;
  readonly #plays = new Map<string, Strategy>();
  readonly paid = new Map<bigint, bigint>();

  constructor(dice: Dice) {
    this.dice = dice;
    this.chain = new TaskChain({
      nodes: 6 + dice(4),
      proposers: 1 + dice(4),
      commitBlocks: 5,
      revealBlocks: 6,
      compare: dice(2) === 0 ? Compare.COMPARE_EXACT : Compare.COMPARE_FIELDS,
      capacity: 1 + dice(4),
      params: { keepBlocks: 20n, maxOpenSeats: 40, duePerBlock: 1 + dice(20) },
    });
  }

  strategy(task: Task, seat: Seat): Strategy {
    const key = `${task.id}/${seat.index}`;
    const found = this.#plays.get(key) ?? strategies[this.dice(strategies.length)] ?? "honest";
    this.#plays.set(key, found);
    return found;
  }

  answer(task: Task, seat: Seat): Answer {
    switch (this.strategy(task, seat)) {
      case "lies":
        return "lie";
      case "scatters":
        return `value ${seat.index}`;
      case "unavailable":
        return "unavailable";
      default:
        return `truth of ${task.id}`;
    }
  }

  moves(task: Task): Message[] {
    const sent: Message[] = [];
    for (const seat of task.seats) {
      if (this.dice(3) === 0) continue;
      const move = this.#move(task, seat);
      if (move !== undefined) sent.push(move);
    }
    return sent;
  }

  #move(task: Task, seat: Seat): Message | undefined {
    const { chain } = this;
    const play = this.strategy(task, seat);
    const answer = this.answer(task, seat);
    if (play === "silent") return undefined;
    if (task.status === TaskStatus.TASK_STATUS_COMMIT) {
      if (play === "garbage" && this.dice(2) === 0) return reveal(chain, task, seat, answer);
      if (this.dice(40) === 0 && seat.status === SeatStatus.SEAT_STATUS_COMMITTED) {
        return reportLeak(chain.author.address, task, seat, answer);
      }
      return task.validators === 0
        ? submit(chain, task, seat, answer)
        : commit(chain, task, seat, answer);
    }
    if (play === "withholds") return undefined;
    const half = task.windowStart + BigInt(task.revealBlocks >> 1);
    if (play === "late" && chain.height < half) return undefined;
    if (play === "garbage") return reveal(chain, task, seat, answer, { salt: new Uint8Array(32) });
    if (play === "denies") return reveal(chain, task, seat, answer, { bytesAvailable: false });
    if (play === "hides bytes") {
      return reveal(chain, task, seat, answer, {
        output: { size: 9n, sha256: hashesOf(answer).outputSha256 },
      });
    }
    return reveal(chain, task, seat, answer);
  }

  block(index: number): void {
    const { chain, dice } = this;
    const sent: Message[] = [];
    if (index < 40 && dice(2) === 0) {
      sent.push(request(chain, { validators: dice(5), tags: [String(index)] }));
    }
    for (let id = 1n; id <= this.last; id++) {
      const task = this.open(id);
      if (task === undefined) continue;
      if (task.status === TaskStatus.TASK_STATUS_REQUESTED) {
        if (dice(10) === 0) sent.push(cancel(chain, id));
      } else sent.push(...this.moves(task));
    }
    for (let i = sent.length - 1; i > 0; i--) {
      const j = dice(i + 1);
      const [a, b] = [sent[i], sent[j]];
      if (a === undefined || b === undefined) continue;
      sent[i] = b;
      sent[j] = a;
    }
    const answers = chain.block(sent, { full: dice(6) === 0, proposer: dice(chain.proposers) });
    for (const [i, answer] of answers.entries()) {
      if (!answer.ok || sent[i]?.typeUrl !== "/assay.tasks.v1.MsgRequestTask") continue;
      const { taskId, escrow } = answer.response as { taskId: bigint; escrow: bigint };
      this.paid.set(taskId, escrow);
      this.last = taskId;
    }
  }

  last = 0n;

  open(id: bigint): Task | undefined {
    const task = this.find(id);
    return task !== undefined && task.finishedHeight === 0n ? task : undefined;
  }

  find(id: bigint): Task | undefined {
    try {
      return this.chain.task(id);
    } catch {
      return undefined;
    }
  }
}

describe("conservation under byzantine strategies", () => {
  it("X11: every block holds every invariant, supply falls by burns alone, nobody pays more than the escrow", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const world = new Byzantines(seededRandom(seed));
        const { chain } = world;
        const supply = chain.supply();
        let burned = 0n;
        const ended = new Set<bigint>();
        let refunds = 0n;
        for (let i = 0; i < 90; i++) {
          const before = chain.supply();
          world.block(i);
          const events = chain.eventsOf("burn").map((event) => event["amount"] ?? "0uassay");
          const now = events.reduce((sum, text) => sum + BigInt(text.replace("uassay", "")), 0n);
          burned += now;
          assert.equal(before - chain.supply(), now);
          for (const { task_id, refunded } of chain.eventsOf("task_finished")) {
            const id = BigInt(task_id ?? 0);
            assert.ok(!ended.has(id), `task ${id} ended twice`);
            ended.add(id);
            refunds += BigInt(refunded ?? 0);
            assert.ok(BigInt(refunded ?? 0) <= (world.paid.get(id) ?? 0n));
          }
        }
        // Every window has long been over: nothing is left open, and nothing is held.
        assert.equal(ended.size, world.paid.size);
        assert.equal(chain.balance("tasks"), 0n);
        assert.deepEqual(chain.alarms, []);
        assert.equal(supply - chain.supply(), burned);
        const escrows = [...world.paid.values()].reduce((a, b) => a + b, 0n);
        const spent = 1_000_000_000_000n - chain.balance(chain.requester);
        assert.equal(spent, escrows - refunds);
        for (const { address } of chain.nodes) assert.equal(chain.bond(address)?.openSeats ?? 0, 0);
      }),
      { numRuns: 25 },
    );
  });
});
