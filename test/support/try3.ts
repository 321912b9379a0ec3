import { TestNetwork, releaseName, taskKey } from "./network.ts";
const net = await TestNetwork.start(process.env["COMETBFT"] ?? "", 1, (line) => console.log(line));
try {
  await net.publish();
  for (const owner of [1, 2, 3, 4]) await net.startExecutor(owner);
  await net.untilEligible(4);
  const client = await net.client(0);
  for (let i = 0; i < 6; i++) {
    const result = await client.run(
      releaseName,
      taskKey,
      { numbers: [1, 2, 3] },
      { validators: 2 + (i % 2), timeoutMs: 60000 },
    );
    console.log(result.task.tallyHeight - result.task.requestedHeight);
  }
  await client.run(
    releaseName,
    taskKey,
    { numbers: [1, 2, 3] },
    { validators: 0, timeoutMs: 60000 },
  );
  for (const action of [
    "tasks.v1.MsgCommit",
    "tasks.v1.MsgReveal",
    "tasks.v1.MsgRequestTask",
    "tasks.v1.MsgSubmitResult",
    "staking.v1.MsgHeartbeat",
    "staking.v1.MsgBond",
    "registry.v1.MsgPublishRelease",
  ]) {
    const found = await client.rpc.call<{
      txs: { tx_result: { gas_used: string; gas_wanted: string } }[];
    }>("tx_search", { query: `message.action='/assay.${action}'`, per_page: "100" });
    console.log(
      action,
      found.txs.map((t) => `${t.tx_result.gas_used}/${t.tx_result.gas_wanted}`).join(" "),
    );
  }
} catch (e) { console.log(e); const fs = await import("node:fs"); for (const x of net.executors) console.log(fs.readFileSync(x.home + "/executor.log", "utf8").slice(-1500)); } finally {
  await net.stop();
  process.exit(0);
}
