import { TestNetwork, releaseName, taskKey } from "../support/network.ts";
import { report, spread } from "./harness.ts";

/** G7: blocks and milliseconds from the request's block to the end of a task, by N, on one consensus validator. */
export async function latency(comet: string, runs: number): Promise<void> {
  const net = await TestNetwork.start(comet, 1);
  try {
    await net.publish();
    for (const owner of [1, 2, 3, 4, 5, 6]) await net.startExecutor(owner);
    await net.untilEligible(6);
    const client = await net.client(0);
    for (const validators of [0, 1, 2, 3, 5]) {
      const blocks: number[] = [];
      const times: number[] = [];
      for (let i = 0; i < runs; i++) {
        const started = process.hrtime.bigint();
        const { task } = await client.run(
          releaseName,
          taskKey,
          { numbers: [i, 1] },
          { validators },
        );
        times.push(Number(process.hrtime.bigint() - started) / 1e6);
        blocks.push(Number(task.finishedHeight - task.requestedHeight));
      }
      const params = { N: validators, tasks: runs };
      const allowed = validators === 0 ? 2 : 5;
      const [, , most] = spread(blocks);
      report({
        ...{ id: "G7", what: "request to result", unit: "blocks", value: spread(blocks), params },
        bar: { asks: `<= ${allowed}`, holds: most <= allowed },
      });
      const [, median] = spread(times);
      report({
        ...{
          id: "G7",
          what: "request sent to result read",
          unit: "ms",
          value: spread(times),
          params,
        },
        bar: { asks: "p50 < 2000", holds: median < 2_000 },
      });
    }
  } finally {
    await net.stop();
  }
}
