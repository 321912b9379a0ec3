import { TestNetwork, releaseName, taskKey } from "./network.ts";
import { lifeLines } from "../../cli/taskLife.ts";
const only = process.argv[2];
const net = await TestNetwork.start(process.env["COMETBFT"] ?? "", 1, (line) => console.log(line));
try {
  console.log("started", net.folder.path);
  await net.publish();
  console.log("published");
  for (const owner of [1, 2, 3, 4]) await net.startExecutor(owner);
  console.log("bonded");
  await net.untilEligible(4);
  console.log("eligible");
  const client = await net.client(0);
  for (const n of [2, 0, 1, 3]) {
    const run = client.run(
      releaseName,
      taskKey,
      { numbers: [1, 2, 3] },
      { validators: n, timeoutMs: 60000 },
    );
    for (const e of ["requested", "assigned", "committed", "revealed", "valid", "final"] as const)
      run.on(e, (v) => console.log(e, "id" in v ? v.tallyHeight - v.requestedHeight : ""));
    const result = await run;
    console.log(result.result, result.proof, result.cost);
    for (const line of await lifeLines(client, result.task)) console.log(line);
  }
} catch (error) {
  console.log(error);
  if (process.env["KEEP"]) await new Promise((r) => setTimeout(r, 1e6));
} finally {
  await net.stop();
}
