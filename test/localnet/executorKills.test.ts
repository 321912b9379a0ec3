import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { findTx, type AssayClient, type TaskEvents } from "../../client/index.ts";
import { compareAscii } from "../../core/bytes.ts";
import { killPoints, type KillPoint } from "../../executor/killPoint.ts";
import { TaskStatus, type Task } from "../../proto/gen/assay/tasks/v1/tasks.ts";
import { PostStatus } from "../../proto/gen/assay/tasks/v1/tx.ts";
import { allPosts } from "../support/blocks.ts";
import { cometForTests, onSolo } from "../support/comet.ts";
import {
  assertUnharmed,
  calledSeats,
  shuffled,
  signedHashes,
  untilSigned,
} from "../support/killPoints.ts";
import {
  TestNetwork,
  releaseName,
  stopped,
  taskKey,
  type ExecutorProcess,
} from "../support/network.ts";
import { seededRandom } from "../support/seededRandom.ts";

const { path: comet, skip } = await cometForTests();
const seed = Number(process.env["TEST_SEED"] ?? 1);
const random = seededRandom(seed);
const input = { numbers: [1, 2, 3] };
const owners = [1, 2, 3];

/** Before these the result is in no journal: it is made again. */
const beforeResult: readonly KillPoint[] = ["run.begun", "run.ended", "journal.half"];

/** A line is written for the result, the commit and the reveal. */
function specOf(point: KillPoint): string {
  const times = /^journal\.(?:half|written|synced)$/.test(point) ? 1 + random(3) : 1;
  return `${point}:${times}`;
}

/** All points, as many at once as there are executors; those of a heartbeat together, once a slot. */
function rounds(): KillPoint[][] {
  const beats = killPoints.filter((point) => point.startsWith("heartbeat."));
  const others = shuffled(
    killPoints.filter((point) => !beats.includes(point)),
    random,
  );
  const groups = [beats];
  while (others.length > 0) groups.push(others.splice(0, owners.length));
  return shuffled(groups, random);
}

describe(
  `E2: executors die by kill -9 at named points, seed ${seed}`,
  { skip, timeout: 600_000 },
  () => {
    let net: TestNetwork;
    let client: AssayClient;
    let kills = 0;
    const passed = new Set<KillPoint>();
    const tasks: Task[] = [];

    before(async () => {
      net = await TestNetwork.start(comet, 1);
      await net.publish({ commitBlocks: 200, revealBlocks: 100, delayMs: 50 });
      // As many as a task has seats: each of them is in each task.
      for (const owner of owners) await net.startExecutor(owner);
      await net.untilEligible(owners.length);
      client = await net.client(0);
    });
    after(() => net.stop());

    /** A life that is to end at a point: from now on, or once the journal holds a signed post of the task. */
    async function arm(point: KillPoint, executor: ExecutorProcess): Promise<void> {
      if (phaseOf(point) === "start") return;
      await stopped(executor.child, "SIGTERM");
      net.restartExecutor(executor, { ASSAY_KILL_AT: specOf(point) });
      await executor.ready;
    }

    /** Waits until it died there, and starts it again. */
    async function die(point: KillPoint, executor: ExecutorProcess, id: bigint): Promise<void> {
      const phase = phaseOf(point);
      if (phase !== "life")
        await untilSigned([executor], id, random(2) === 0 ? "commit" : "reveal");
      if (phase === "stop") executor.child.kill("SIGTERM");
      if (phase === "start") {
        await stopped(executor.child, "SIGKILL");
        net.restartExecutor(executor, { ASSAY_KILL_AT: `${point}:1` });
      }
      const { child } = executor;
      if (child.signalCode === null && child.exitCode === null) await once(child, "exit");
      assert.equal(child.signalCode, "SIGKILL", `${point}: ended with ${child.exitCode}`);
      kills += phase === "start" ? 2 : 1;
      passed.add(point);
      net.restartExecutor(executor);
      await executor.ready;
    }

    for (const points of rounds()) {
      it(`at ${points.join(", ")}: the task ends VALID, each seat posts twice, nobody loses`, async () => {
        const pairs = points.map((point, i) => [point, net.executors[i] ?? assert.fail()] as const);
        await Promise.all(pairs.map(([point, executor]) => arm(point, executor)));
        const calls = net.serviceCalls;
        const run = client.run(releaseName, taskKey, input, { timeoutMs: 240_000 });
        const [{ taskId }] = await Promise.race([
          new Promise<[TaskEvents["requested"]]>((done) =>
            run.on("requested", (event) => done([event])),
          ),
          run.then(() => assert.fail("ended without a request")),
        ]);
        const deaths = Promise.all(pairs.map(([point, executor]) => die(point, executor, taskId)));
        const { task, result } = await run;
        await deaths;
        tasks.push(task);
        assert.equal(task.status, TaskStatus.TASK_STATUS_VALID);
        assert.deepEqual(result, { sum: 6 });
        assert.equal(calledSeats(task).length, owners.length);
        for (const seat of calledSeats(task)) assertUnharmed(seat);
        // What was journaled is not run again: the next run might give something else.
        const again = points.filter((point) => beforeResult.includes(point)).length;
        assert.ok(net.serviceCalls - calls <= owners.length + again);
      });
    }

    it("no block holds a second post of any seat, and no post of a journal failed", async (context) => {
      const all = await allPosts(client.rpc, Number(await client.height()));
      // A block may hold one whose timeout is over: it fails, changes nothing and is made anew (THREATS E5).
      const posts = all.filter(({ status }) => status !== undefined);
      const keys = posts.map(({ key }) => key);
      const expected = tasks.flatMap((task) =>
        calledSeats(task).flatMap(({ node }) => [
          `${task.id}/commit/${node}`,
          `${task.id}/reveal/${node}`,
        ]),
      );
      assert.deepEqual(keys.toSorted(compareAscii), expected.toSorted(compareAscii));
      assert.ok(posts.every(({ status }) => status === PostStatus.POST_STATUS_OK));
      for (const hash of net.executors.flatMap(signedHashes)) {
        const found = await findTx(client.rpc, hash);
        assert.ok(found === undefined || found.code === 0, found?.log);
      }
      assert.deepEqual([...passed].toSorted(compareAscii), [...killPoints].toSorted(compareAscii));
      context.diagnostic(`reliability: kills of the executor = ${kills}`);
      // The same ones on both engines: said once.
      if (onSolo)
        context.diagnostic(`reliability: named kill points of the executor = ${passed.size}`);
    });
  },
);

/** Where in a life a point lies: it needs a start or a stop amid a task, or just a task. */
function phaseOf(point: KillPoint): "start" | "life" | "stop" {
  if (point.startsWith("stop.")) return "stop";
  const atStart = [
    "start.locked",
    "journal.read",
    "journal.copied",
    "journal.renamed",
    "start.ready",
  ];
  return atStart.includes(point) ? "start" : "life";
}
