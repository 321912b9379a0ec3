import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import type { EncodeObject } from "@cosmjs/proto-signing";
import { pino } from "pino";
import { RpcError, TxRefused, type AssayClient, type SendOptions } from "../../../client/index.ts";
import { Executor } from "../../../executor/executor.ts";
import { Journal } from "../../../executor/journal.ts";
import { makeMetrics } from "../../../executor/metrics.ts";
import { seatKey } from "../../../executor/plan.ts";
import { commitmentOf, recordOf } from "../../../executor/posts.ts";
import { Compare, Role } from "../../../proto/gen/assay/registry/v1/registry.ts";
import { Seat, SeatStatus, Task, TaskStatus } from "../../../proto/gen/assay/tasks/v1/tasks.ts";

const chainId = "assay-test-1";
const secret = new Uint8Array(32).fill(7);
const refusal = new TxRefused("sdk", 20, "mempool is full");

/** A seat that has committed; the journal holds what it will show. */
function committed(journal: Journal, id: bigint, status: TaskStatus): { task: Task; seat: number } {
  const bare = Seat.fromPartial({ node: "node", role: Role.ROLE_EXECUTOR, attempt: 1 });
  const compare = Compare.COMPARE_EXACT;
  const task = Task.fromPartial({ id, status, attempt: 1, validators: 2, compare });
  const open = { ...bare, status: SeatStatus.SEAT_STATUS_OPEN };
  const result = { output: Uint8Array.of(Number(id)) };
  const record = recordOf(chainId, task, open, result, { compare, fields: [] }, secret);
  journal.put(record);
  assert.equal(record.seat, seatKey(task, open));
  const revealing = status === TaskStatus.TASK_STATUS_REVEAL;
  const commitment = revealing ? commitmentOf(chainId, task, open, record) : new Uint8Array();
  const now = revealing ? SeatStatus.SEAT_STATUS_COMMITTED : open.status;
  return { task: { ...task, seats: [{ ...open, commitment, status: now }] }, seat: 0 };
}

describe("executor: round", () => {
  it("C2: a refused batch keeps back neither the next ones nor the commits, and reveals go first", async () => {
    const journal = Journal.open(fs.mkdtempSync(path.join(os.tmpdir(), "round-")));
    const { TASK_STATUS_REVEAL: revealing, TASK_STATUS_COMMIT: committing } = TaskStatus;
    const assignments = Array.from({ length: 14 }, (_, i) =>
      committed(journal, BigInt(i + 1), i < 3 ? committing : revealing),
    );
    const offered: [string, number][] = [];
    let height = 10n;
    const running: Executor[] = [];
    const broadcast = ([message]: EncodeObject[], options: SendOptions): Promise<unknown> => {
      const { typeUrl, value } = message as { typeUrl: string; value: { posts: unknown[] } };
      offered.push([typeUrl, value.posts.length]);
      const hash = `${offered.length}`.padStart(64, "A");
      options.beforeSend?.({ hash, bytes: Uint8Array.of(offered.length), fee: 0n });
      if (offered.length === 1) return Promise.reject(refusal);
      return Promise.resolve({ hash });
    };
    const client = {
      ...{ chainId, sender: { address: "operator", broadcast } },
      rpc: {
        endpoint: "",
        call: (method: string) =>
          method === "tx"
            ? Promise.reject(new RpcError(-32603, "Internal error", "tx not found"))
            : Promise.resolve({ code: 0, codespace: "", log: "" }),
      },
      staking: { operatorBonds: () => Promise.resolve({ bonds: [] }) },
      tasks: {
        assignments() {
          // The second look is at the next height; there is no third.
          if (height > 11n) running[0]?.stop();
          const answer = { assignments: height > 11n ? [] : assignments, height };
          height += 1n;
          return Promise.resolve(answer);
        },
      },
    } as unknown as AssayClient;
    const executor = new Executor({
      ...{ client, journal, services: [], secret, concurrency: 1, pollMs: 1, path: "" },
      ...{ log: pino({ level: "silent" }), metrics: makeMetrics(chainId) },
    });
    running.push(executor);
    await executor.run();
    const [reveal, commit] = ["/assay.tasks.v1.MsgReveal", "/assay.tasks.v1.MsgCommit"];
    assert.deepEqual(offered, [
      [reveal, 10],
      [reveal, 1],
      [commit, 3],
      // One height later the refused ones alone: the others wait for their block.
      [reveal, 10],
    ]);
  });
});
