import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import {
  RpcUnavailable,
  findTx,
  type AssayClient,
  type TaskEvents,
  type TaskResult,
} from "../../client/index.ts";
import { TaskStatus, type Task } from "../../proto/gen/assay/tasks/v1/tasks.ts";
import { PostStatus } from "../../proto/gen/assay/tasks/v1/tx.ts";
import { InfoWatch, allPosts, appInfo, blockAt } from "../support/blocks.ts";
import { cometForTests, onSolo } from "../support/comet.ts";
import {
  Kills,
  assertUnharmed,
  calledSeats,
  killPlan,
  shuffled,
  signedHashes,
  strike,
  untilPhase,
  untilSigned,
  type Kill,
} from "../support/killPoints.ts";
import { balanceOf, burnedBy, costOf, sumOfBalances, supplyOf } from "../support/ledger.ts";
import {
  TestNetwork,
  releaseName,
  taskKey,
  until,
  type ExecutorProcess,
} from "../support/network.ts";
import { seededRandom } from "../support/seededRandom.ts";

const { path: comet, skip } = await cometForTests();
const seed = Number(process.env["TEST_SEED"] ?? 1);
const random = seededRandom(seed);
const input = { numbers: [1, 2, 3] };

/** An executor's own death is the same on both engines. */
const plan = onSolo ? killPlan.filter(({ victim }) => !/^executor/.test(victim)) : killPlan;

describe(`T7: kill -9 in the middle of tasks, seed ${seed}`, { skip, timeout: 600_000 }, () => {
  let net: TestNetwork;
  let client: AssayClient;
  let watch: InfoWatch;
  let supplyBefore = 0n;
  const kills = new Kills();
  const tasks: Task[] = [];

  before(async () => {
    net = await TestNetwork.start(comet, 1);
    await net.publish({ commitBlocks: 200, revealBlocks: 100, delayMs: 200 });
    for (const owner of [1, 2, 3, 4]) await net.startExecutor(owner);
    await net.untilEligible(4);
    client = await net.client(0);
    watch = new InfoWatch(client.rpc);
    supplyBefore = await supplyOf(client);
  });

  after(async () => {
    await watch.stop();
    await net.stop();
  });

  for (const kill of shuffled(plan, random)) {
    const anyMs = random(1_500);
    const owner = random(4);
    it(`${kill.victim} at ${kill.moment}: the task ends VALID, each seat posts twice, nobody loses`, async () => {
      const balance = await balanceOf(client, client.sender.address);
      const calls = net.serviceCalls;
      const { requested, result } = await runAndStrike(net, client, kill, anyMs, owner, kills);
      tasks.push(result.task);
      assert.equal(result.task.status, TaskStatus.TASK_STATUS_VALID);
      assert.deepEqual(result.result, { sum: 6 });
      for (const seat of calledSeats(result.task)) assertUnharmed(seat);
      assert.equal(calledSeats(result.task).length, 3);
      // What was journaled is not run again: the next run might give something else.
      if (kill.moment !== "any") assert.equal(net.serviceCalls - calls, 3);
      const paid = balance - (await balanceOf(client, client.sender.address));
      assert.equal(paid, costOf(result.task, requested.fee), "charged once");
    });
  }

  it("a transaction whose node dies as it is sent is made once", async () => {
    const bob = (await net.client(9)).sender.address;
    const value = { fromAddress: client.sender.address, toAddress: bob, amount: coins("7") };
    for (const afterMs of [0, 3]) {
      const balance = await balanceOf(client, bob);
      let struck: Promise<void> | undefined;
      const strikeNow = (): void => void (struck = net.crashValidator(0, "both"));
      await client.send([{ typeUrl: "/cosmos.bank.v1beta1.MsgSend", value }], {
        beforeSend: () => void (afterMs === 0 ? strikeNow() : setTimeout(strikeNow, afterMs)),
      });
      await struck;
      kills.ofNode("both");
      assert.equal((await balanceOf(client, bob)) - balance, 7n);
    }
  });

  it("executors die one after another, again and again: the task ends VALID all the same", async () => {
    let ended = false;
    const storm = (async () => {
      for (let i = 0; !ended; i++) {
        await net.crashExecutor(net.executors[i % 4] as ExecutorProcess);
        kills.executor++;
        await delay(200 + random(600));
      }
    })();
    const { task } = await client
      .run(releaseName, taskKey, input, { timeoutMs: 240_000 })
      .finally(() => (ended = true));
    await storm;
    tasks.push(task);
    assert.equal(task.status, TaskStatus.TASK_STATUS_VALID);
    for (const seat of calledSeats(task)) assertUnharmed(seat);
  });

  it("at rest: a killed app comes back with the same height and app hash", async () => {
    for (const victim of ["app", "comet", "both"] as const) {
      // A heartbeat in between makes a block: then once more.
      await until(
        async () => {
          const info = await appInfo(client.rpc);
          await net.crashValidator(0, victim);
          kills.ofNode(victim);
          const again = await until(() => appInfo(client.rpc).catch(() => undefined), 60_000, 50);
          if (again.height !== info.height) return undefined;
          assert.deepEqual(again, info);
          return true;
        },
        120_000,
        50,
      );
    }
  });

  it("what the app ever said of a height is what the next header says", async (context) => {
    const engine = onSolo ? "the solo engine" : "CometBFT";
    context.diagnostic(`reliability: kills of ${engine} = ${kills.engine}`);
    context.diagnostic(`reliability: kills of the app beside ${engine} = ${kills.app}`);
    context.diagnostic(`reliability: kills of the executor = ${kills.executor}`);
    // The plan's, those of a transaction's node and those at rest; of the storm at least one.
    assert.ok(kills.engine >= 9 && kills.app >= 9, `node: ${kills.engine}, ${kills.app}`);
    assert.ok(kills.executor >= (onSolo ? 5 : 14), `executors: ${kills.executor}`);
    await watch.stop();
    assert.deepEqual(watch.contradictions, []);
    const last = Number(await client.height());
    const heights = [...watch.seen.keys()].filter((height) => height > 0 && height < last);
    assert.ok(heights.length >= tasks.length);
    for (const height of heights)
      assert.equal(watch.seen.get(height), (await blockAt(client.rpc, height + 1)).appHash);
  });

  it("no block holds a second post of any seat, and each journal knows the ones that count", async () => {
    const posts = await allPosts(client.rpc, Number(await client.height()));
    const expected = tasks.flatMap((task) =>
      calledSeats(task).flatMap(({ node }) => [
        `${task.id}/commit/${node}`,
        `${task.id}/reveal/${node}`,
      ]),
    );
    const keys = posts.map(({ key }) => key);
    assert.deepEqual(
      keys.filter((key, i) => keys.indexOf(key) !== i),
      [],
      "posted twice",
    );
    assert.deepEqual(new Set(keys), new Set(expected));
    assert.ok(posts.every(({ status }) => status === PostStatus.POST_STATUS_OK));
    for (const hash of net.executors.flatMap(signedHashes)) {
      const found = await findTx(client.rpc, hash);
      assert.ok(found === undefined || found.code === 0, found?.log);
    }
  });

  it("requests are neither lost nor doubled, and the coins sum up to the supply, less what was burned", async () => {
    const first = tasks[0]?.id ?? 0n;
    assert.deepEqual(
      tasks.map(({ id }) => id),
      tasks.map((_, i) => first + BigInt(i)),
    );
    const supply = await supplyOf(client);
    assert.equal(supplyBefore - supply, burnedBy(tasks));
    assert.equal(await sumOfBalances(client), supply);
  });
});

type Run = {
  readonly requested: TaskEvents["requested"];
  readonly result: TaskResult;
};

/** One task, and one strike while it runs. */
async function runAndStrike(
  net: TestNetwork,
  client: AssayClient,
  kill: Kill,
  anyMs: number,
  owner: number,
  kills: Kills,
): Promise<Run> {
  const fallback = net.executors[owner] as ExecutorProcess;
  // At any time: also while the request is on its way, which must neither lose nor double it.
  const early =
    kill.moment === "any"
      ? delay(anyMs).then(() => strike(net, kill.victim, fallback, kills))
      : undefined;
  let requested: TaskEvents["requested"] | undefined;
  let late: Promise<void> | undefined;
  const result = await retried(() => {
    const run = client.run(releaseName, taskKey, input, { timeoutMs: 240_000 });
    run.on("requested", (event) => {
      requested = event;
      late = early ?? strikeAt(net, client, kill, event.taskId, kills);
    });
    return run;
  });
  assert.ok(requested !== undefined && late !== undefined);
  await late;
  return { requested, result };
}

async function strikeAt(
  net: TestNetwork,
  client: AssayClient,
  { victim, moment }: Kill,
  taskId: bigint,
  kills: Kills,
): Promise<void> {
  if (moment === "commitSigned" || moment === "revealSigned") {
    const phase = moment === "commitSigned" ? "commit" : "reveal";
    return strike(net, victim, await untilSigned(net.executors, taskId, phase), kills);
  }
  if (moment === "any") throw new Error("moment: expected a phase, got any");
  const task = await untilPhase(async () => (await client.tasks.task({ taskId })).task, moment);
  const seat = task.seats.find(({ commitment }) => commitment.length > 0);
  const executor = net.executors.find(({ node }) => node === seat?.node);
  assert.ok(executor !== undefined);
  return strike(net, victim, executor, kills);
}

/** A quote that no node answered has asked for nothing: the caller may ask again. */
async function retried(run: () => Promise<TaskResult>): Promise<TaskResult> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof RpcUnavailable)) throw error;
      await delay(200);
    }
  }
}

const coins = (amount: string) => [{ denom: "uassay", amount }];
