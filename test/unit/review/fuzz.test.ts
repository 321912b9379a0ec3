import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MsgUnbond, MsgSetOperator } from "../../../proto/gen/assay/staking/v1/tx.ts";
import { TaskChain, service, type Message } from "../../support/taskChain.ts";
import { commit, request, reportLeak, reveal, submit, cancel, hashesOf, commitAll } from "../../support/taskMoves.ts";
import { commitmentOf } from "../../../modules/tasks/index.ts";
import { testChainId } from "../../support/ctx.ts";
import { saltOf } from "../../support/taskChain.ts";
import { testKey } from "../../support/keys.ts";
const reporter = testKey("reporter");
function rng(seed: number) { let s = seed; return (n: number) => { s = (Math.imul(s, 1103515245) + 12345) >>> 0; return Math.floor((s / 4294967296) * n); }; }
const msg = (name: string, codec: any, fields: object) => ({ typeUrl: `/assay.staking.v1.${name}`, bytes: codec.encode(codec.fromPartial(fields)).finish() });
const answers = ["hello", "hello", "hello", "bye", "unavailable"];
function answerOf(seedNode: string, id: bigint) { let h = Number(id) * 7; for (const c of seedNode) h = (h * 31 + c.charCodeAt(0)) >>> 0; return answers[h % 5]!; }

function moves(chain: TaskChain, r: (n: number) => number): Message[] {
  const out: Message[] = [];
  if (r(3) === 0) out.push(request(chain, { validators: r(4) }));
  for (let id = 1n; ; id++) {
    let task; try { task = chain.task(id); } catch { break; }
    if (task.finishedHeight > 0n) continue;
    if (task.status === 1 && r(12) === 0) { out.push(cancel(chain, id)); continue; }
    for (const seat of task.seats) {
      const answer = answerOf(seat.node, id) as any;
      if (r(3) !== 0) continue;
      if (seat.status === 5 && false) continue;
      if (task.validators === 0) out.push(submit(chain, task, seat, answer));
      else if (task.status === 3 || task.status === 2 || true) {
        if (seat.committedHeight === 0n && r(4) > 0) out.push(commit(chain, task, seat, answer));
        else if (seat.committedHeight > 0n) {
          const wrong = r(10) === 0 ? "other" : answer;
          // attempts
          out.push(reveal(chain, task, seat, wrong, r(6) === 0 ? { bytesAvailable: false } : {}));
          if (r(25) === 0) out.push(reportLeak(reporter.address, { ...task, attempt: seat.attempt }, seat, answer));
        }
      }
    }
  }
  if (r(15) === 0) { const n = chain.nodes[r(chain.nodes.length)]!; out.push(msg("MsgUnbond", MsgUnbond, { owner: n.address, service, amount: ["0", "100000", "300000"][r(3)] })); }
  return out;
}
describe("fuzz", () => {
  for (let seed = 1; seed <= Number(process.env["SEEDS"] ?? 12); seed++) it(`seed ${seed}`, () => {
    const r = rng(seed * 7919);
    const opts = { nodes: 6 + r(4), commitBlocks: 5 + r(4), revealBlocks: 5 + r(4), params: { keepBlocks: 5n + BigInt(r(30)), duePerBlock: [3, 5, 500][r(3)]!, requestsPerBlock: 3 }, bond: 2_000_000n };
    let chain = new TaskChain(opts);
    let twin: TaskChain | undefined;
    const kinds = new Map<string, number>();
    const tasks0 = chain.supply();
    for (let b = 0; b < 160; b++) {
      const m = b < 120 ? moves(chain, r) : [];
      const o = { full: r(3) === 0, proposer: r(2) === 0 ? r(4) : 0 };
      const s1 = chain.block(m, o);
      for (const s of s1) { const k = s.ok ? "ok" : s.code; kinds.set(k, (kinds.get(k) ?? 0) + 1); }
      for (const e of chain.eventsOf("task_finished")) kinds.set(e["status"]!, (kinds.get(e["status"]!) ?? 0) + 1);
      assert.deepEqual(chain.alarms, []);
      if (twin) {
        twin.block(m, o);
        const [a, c] = [chain.world.store.dump(), twin.world.store.dump()];
        a.delete("tasks/\u000c"); c.delete("tasks/\u000c");
        if (opts.params.duePerBlock === 500 && r(10) === 0) assert.deepEqual(c, a, `seed ${seed} height ${chain.height}`);
      }
      if (b % 40 === 17) twin = chain.reborn();
    }
    if (seed <= 3) console.log(seed, JSON.stringify(opts, (_, v) => typeof v === "bigint" ? String(v) : v), [...kinds]);
  });
});
