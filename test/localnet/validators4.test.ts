import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Registry } from "@cosmjs/proto-signing";
import {
  GasPrice,
  QueryClient,
  SigningStargateClient,
  defaultRegistryTypes,
} from "@cosmjs/stargate";
import { connectComet } from "@cosmjs/tendermint-rpc";
import { PageRequest } from "cosmjs-types/cosmos/base/query/v1beta1/pagination";
import {
  assayTypes,
  connectRpc,
  isFinished,
  setupTasksExtension,
  tasksMessages,
  type AssayClient,
} from "../../client/index.ts";
import { utf8Encode } from "../../core/bytes.ts";
import { SeatOutcome, TaskStatus, type Task } from "../../proto/gen/assay/tasks/v1/tasks.ts";
import { MsgRequestTaskResponse } from "../../proto/gen/assay/tasks/v1/tx.ts";
import { notOnSolo } from "../support/comet.ts";
import { differences } from "../support/headers.ts";
import { assertQuiet, sendOne } from "../support/idle.ts";
import { TestNetwork, briefKey, releaseName, stopped, taskKey, until } from "../support/network.ts";
import { SmallDisk } from "../support/smallDisk.ts";

const { path: comet, skip } = await notOnSolo("one validator");
const noDisk = skip === false ? SmallDisk.refusal() : undefined;
const input = { numbers: [1, 2, 3] };

describe("T8: four consensus validators on real CometBFT", { skip, timeout: 600_000 }, () => {
  let net: TestNetwork;
  let client: AssayClient;
  const said: string[] = [];

  before(async () => {
    net = await TestNetwork.start(comet, 4, (line) => said.push(line));
    await net.publish({ commitBlocks: 100, revealBlocks: 60, briefBlocks: 20 });
    for (const owner of [1, 2, 3, 4]) await net.startExecutor(owner);
    await net.untilEligible(4);
    client = await net.client(0);
  });

  after(async () => net.stop());

  const runs = async (count: number): Promise<bigint> => {
    let last = 0n;
    for (let i = 0; i < count; i++) {
      const { result, task } = await client.run(releaseName, taskKey, input);
      assert.equal(task.status, TaskStatus.TASK_STATUS_VALID);
      assert.deepEqual(result, { sum: 6 });
      assert.ok(task.seats.every(({ slashed }) => BigInt(slashed) === 0n));
      last = task.finishedHeight;
    }
    return last;
  };

  it("the one that the executors talk to dies: tasks go on; it returns and catches up", async () => {
    const [first = "", ...others] = net.rpc;
    const killedAt = await runs(2);
    await net.killValidator(0);
    await assert.rejects(connectRpc(first).call("status"), "a killed node must not answer");
    const wentOn = await runs(3);
    assert.ok(wentOn > killedAt);
    await net.reviveValidator(0);
    await net.untilHeight(wentOn, [first]);
    const final = await runs(1);
    await Promise.all([first, ...others].map((rpc) => net.untilHeight(final, [rpc])));
    // Before its death, while it was dead, and since.
    for (const height of [killedAt, killedAt + 1n, wentOn - 1n, wentOn, final - 1n, final]) {
      const hashes = new Set(await net.appHashes(height));
      assert.equal(hashes.size, 1, `height ${height}: ${[...hashes]}`);
    }
  });

  it("it dies in the middle of a task: the task ends all the same", async () => {
    const run = client.run(releaseName, taskKey, input);
    await new Promise((resolve) => run.on("requested", resolve));
    await net.killValidator(0);
    const { task } = await run;
    assert.equal(task.status, TaskStatus.TASK_STATUS_VALID);
    assert.ok(task.seats.every(({ slashed }) => BigInt(slashed) === 0n));
    await net.reviveValidator(0);
    await net.untilHeight(task.finishedHeight, [net.rpc[0] ?? ""]);
    assert.equal(new Set(await net.appHashes(task.finishedHeight)).size, 1);
  });

  const whatFills = [
    // The app alone meets the end of its disk, and names it.
    { part: "data/app", tells: /^node3 halted: E1409: .*ENOSPC.*node3\/data\/app/ },
    // Whoever meets it first: CometBFT's consensus fails, and its process would live on.
    { part: "data", tells: /^node3 halted: .*(ENOSPC|no space left on device)/ },
  ];
  for (const { part, tells } of whatFills)
    it(
      `T7: the disk of a node's ${part} fills: it halts, the others go on, with room it catches up with equal hashes`,
      { skip: noDisk ?? false },
      async (test) => {
        said.length = 0;
        await net.killValidator(3);
        const disk = SmallDisk.under(net.folder.in("node3", part), "64m");
        try {
          await net.reviveValidator(3);
          await net.untilHeight(await runs(1), net.rpc.slice(3));
          const halted = until(
            () => {
              disk.fill();
              return Promise.resolve(said.find((line) => line.startsWith("node3 halted")));
            },
            60_000,
            20,
          );
          await runs(2);
          assert.match(await halted, tells);
          const without = await runs(1);
          disk.fill();
          await assert.rejects(net.reviveValidator(3), "a node with a full disk must not start");
          await net.killValidator(3);
          disk.makeRoom();
          await net.reviveValidator(3);
          await net.untilHeight(without, net.rpc.slice(3));
          const last = await runs(1);
          await net.untilHeight(last, net.rpc.slice(3));
          assert.deepEqual(await differences(net.rpc, Number(last)), []);
          test.diagnostic("reliability: nodes whose disk was full = 1");
        } finally {
          await net.killValidator(3);
          disk.remove();
          await net.reviveValidator(3);
        }
      },
    );

  it(
    "T7: the disk of an executor's journal fills: it lives, posts nothing that it cannot keep, and serves again with room",
    { skip: noDisk ?? false },
    async (test) => {
      const [executor] = net.executors;
      assert.ok(executor !== undefined);
      const restart = async (): Promise<void> => {
        net.restartExecutor(executor);
        await executor.ready;
      };
      const log = (): string => fs.readFileSync(path.join(executor.home, "executor.log"), "utf8");
      const told = (what: string): number =>
        log().match(new RegExp(`E1437.*ENOSPC.*${what}`, "g"))?.length ?? 0;
      /** Runs tasks until the newest one is as wanted; one without a majority ends with an error. */
      const untilTask = async (what: string, isWanted: (task: Task) => boolean): Promise<void> => {
        for (let tries = 0; tries < 60; tries++) {
          const ended = await client.run(releaseName, briefKey, input).catch(() => undefined);
          const task = ended?.task ?? (await newest(client));
          const unkept = task.seats.filter(
            ({ outcome }) => outcome === SeatOutcome.SEAT_OUTCOME_SLASHED,
          );
          assert.deepEqual(unkept, [], `what was committed is revealed\n${log()}`);
          if (isWanted(task)) return;
        }
        assert.fail(`expected ${what}\n${log()}`);
      };
      const untilSeat = (outcome: SeatOutcome): Promise<void> =>
        untilTask(`a seat that ends as ${outcome}`, ({ seats }) =>
          seats.some((seat) => seat.node === executor.node && seat.outcome === outcome),
        );
      await stopped(executor.child, "SIGTERM");
      const disk = SmallDisk.under(path.join(executor.home, "data"), "4m");
      try {
        await restart();
        await untilSeat(SeatOutcome.SEAT_OUTCOME_PAID);
        // The journal's last page may have room for some more tasks.
        await untilTask("a failed write of the journal", () => {
          disk.fill();
          return told("failed") > 0;
        });
        await untilSeat(SeatOutcome.SEAT_OUTCOME_MISSED);
        assert.equal(executor.child.exitCode, null, log());
        assert.ok(told("round failed") <= 10, log());
        disk.makeRoom();
        await untilSeat(SeatOutcome.SEAT_OUTCOME_PAID);
        test.diagnostic("reliability: executors whose disk was full = 1");
        const revealed = log().match(/"reveal goes out all the same"/g)?.length ?? 0;
        test.diagnostic(`reliability: reveals that a full disk could not keep = ${revealed}`);
      } finally {
        await stopped(executor.child, "SIGTERM");
        disk.remove();
        await restart();
      }
    },
  );

  describe("a stock CosmJS client", () => {
    let stock: SigningStargateClient;
    let alice: string;

    before(async () => {
      const wallet = await net.accounts.signer(0);
      alice = (await wallet.getAccounts())[0]?.address ?? assert.fail("expected an account");
      stock = await SigningStargateClient.connectWithSigner(net.rpc[1] ?? "", wallet, {
        registry: new Registry([...defaultRegistryTypes, ...assayTypes]),
        gasPrice: GasPrice.fromString("0.025uassay"),
        broadcastPollIntervalMs: 200,
      });
    });

    after(() => stock.disconnect());

    it("simulates, sends coins, and reads account, balances and the transaction", async () => {
      const bob = (await net.client(9)).sender.address;
      const before = BigInt((await stock.getBalance(bob, "uassay")).amount);
      const amount = [{ denom: "uassay", amount: "1234" }];
      const { sequence = 0 } = (await stock.getAccount(alice)) ?? {};
      const send = { typeUrl: "/cosmos.bank.v1beta1.MsgSend", value: {} };
      send.value = { fromAddress: alice, toAddress: bob, amount };
      const gas = await stock.simulate(alice, [send], "hello");
      const sent = await stock.sendTokens(alice, bob, amount, "auto", "hello");
      assert.equal(sent.code, 0, sent.rawLog);
      assert.ok(sent.gasUsed <= sent.gasWanted && gas > 0);
      assert.equal(BigInt((await stock.getBalance(bob, "uassay")).amount), before + 1234n);
      assert.deepEqual(
        (await stock.getAllBalances(bob)).map(({ denom }) => denom),
        ["uassay"],
      );
      assert.equal((await stock.getAccount(alice))?.sequence, sequence + 1);
      const tx = await stock.getTx(sent.transactionHash);
      assert.equal(tx?.height, sent.height);
      assert.equal(await stock.getChainId(), net.network.chainId);
    });

    it("runs a task once it knows assayTypes", async () => {
      const bytes = utf8Encode(JSON.stringify(input));
      const message = tasksMessages.requestTask({
        requester: alice,
        service: "sum-demo",
        version: "1.0.0",
        taskKey,
        input: { inline: bytes, sha256: new Uint8Array(), size: BigInt(bytes.length) },
        validators: 2,
        maxFee: "1000000",
        tags: [],
      });
      const sent = await stock.signAndBroadcast(alice, [message], "auto");
      assert.equal(sent.code, 0, sent.rawLog);
      const [answer] = sent.msgResponses;
      assert.ok(answer !== undefined);
      const { taskId } = MsgRequestTaskResponse.decode(answer.value);
      const connection = await connectComet(net.rpc[2] ?? "");
      const { tasks } = QueryClient.withExtensions(connection, setupTasksExtension);
      for (;;) {
        const { task } = await tasks.task({ taskId });
        if (task === undefined || !isFinished(task)) {
          await new Promise((resolve) => setTimeout(resolve, 200));
          continue;
        }
        assert.equal(task.status, TaskStatus.TASK_STATUS_VALID);
        assert.equal(Buffer.from(task.result?.inline ?? []).toString(), '{"sum":6}');
        break;
      }
      connection.disconnect();
    });
  });

  it("T8 idle run: after the last transaction one empty block everywhere, then none for 30 s", async () => {
    await net.stopExecutors();
    const rpcs = net.rpc.map((url) => connectRpc(url));
    await assertQuiet(rpcs, await sendOne(await net.client(8)), 30_000);
    for (const executor of net.executors) net.restartExecutor(executor);
    await net.untilEligible(4);
    await runs(1);
  });
});

async function newest(client: AssayClient): Promise<Task> {
  const pagination = PageRequest.fromPartial({ limit: 1n, reverse: true });
  const { tasks } = await client.tasks.tasks({ pagination });
  return tasks[0] ?? assert.fail("expected a task");
}
