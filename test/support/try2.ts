import { TestNetwork, releaseName, taskKey } from "./network.ts";
import { ByzantineNode, type Strategy } from "./byzantine.ts";
import { lifeLines } from "../../cli/taskLife.ts";
const net = await TestNetwork.start(process.env["COMETBFT"] ?? "", 1, (line) => console.log(line));
try {
  await net.publish();
  for (const owner of [1, 2, 3, 4]) await net.startExecutor(owner);
  const { node, operator, secret } = await net.ownNode(5);
  new ByzantineNode(node, operator, secret, process.argv[2] as Strategy, '{"sum":6}');
  await net.untilEligible(5);
  const client = await net.client(0);
  for (let i = 0; i < 4; i++) {
    const result = await client.run(
      releaseName,
      taskKey,
      { numbers: [1, 2, 3] },
      { validators: 3, timeoutMs: 60000 },
    );
    for (const line of await lifeLines(client, result.task)) console.log(line);
    const seat = result.task.seats.find((s) => s.node === node);
    console.log(seat && seat.index < 4 ? { ...result.task, seats: [], seat } : "not drawn");
    if (seat && seat.index < 4) break;
  }
} catch (error) {
  console.log(error);
} finally {
  await net.stop();
  process.exit(0);
}
