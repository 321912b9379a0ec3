import { TestNetwork, releaseName, taskKey } from "../support/network.ts";
import { percentile, report } from "./harness.ts";

const percentiles = (values: readonly number[]): readonly [number, number, number] => [
  percentile(values, 0.5),
  percentile(values, 0.99),
  Math.max(...values),
];

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
      const inBlocks = percentiles(blocks);
      report({
        ...{ id: "G7", what: "request to result, p50 / p99 / most" },
        ...{ unit: "blocks", value: inBlocks, params },
        bar: { asks: `<= ${allowed}`, holds: inBlocks[2] <= allowed },
      });
      const inMs = percentiles(times);
      report({
        ...{ id: "G7", what: "request sent to result read, p50 / p99 / most" },
        ...{ unit: "ms", value: inMs, params },
        bar: { asks: "p50 < 2000", holds: inMs[0] < 2_000 },
      });
    }
  } finally {
    await net.stop();
  }
}
