// P12: FinalizeBlock where a block has as much due work as the caps allow, before speed means anything.
import { SeatStatus, type Task } from "../../modules/tasks/index.ts";
import { TaskNet } from "../support/taskNet.ts";
import { report } from "./harness.ts";

/** requests_per_block of genesis, which is draws in a block too, and due_per_block, which counts seats. */
const requests = 200;
const duePerBlock = 500;
const validators = 4;
const inOneTx = 20;
const nodes = 600;
const commitBlocks = 10;
const fee = { fee: "50000uassay", gas: 50_000_000n };

/** As many tasks as a block takes, of which nobody is ever heard: all seats are drawn at once, and due at once. */
export function atTheCaps(): void {
  const net = new TaskNet(nodes, {}, { commitBlocks });
  const { chain, requester } = net;
  const times: number[] = [];
  const { app } = chain.first;
  const { finalizeBlock } = app;
  Object.assign(app, {
    finalizeBlock: (request: Parameters<typeof finalizeBlock>[0]) => {
      const began = performance.now();
      const answer = finalizeBlock(request);
      times.push(performance.now() - began);
      return answer;
    },
  });
  const message = net.requestBy(requester, { validators });
  const messages = Array.from({ length: inOneTx }, () => message);
  const txs = Array.from({ length: requests / inOneTx }, () => chain.tx(requester, messages, fee));
  net.deliver(...txs);
  const replaced: number[] = [];
  for (let i = 0; i < commitBlocks + 2; i++) {
    chain.next();
    replaced.push(count(net));
  }
  const atOnce = duePerBlock / (1 + validators);
  if (replaced.at(-3) !== 0 || replaced.at(-2) !== atOnce || replaced.at(-1) !== 2 * atOnce)
    throw new Error(`caps: expected windows of ${atOnce} tasks to end in a block, got ${replaced}`);
  const [asked, drawn, ...rest] = times.slice(-commitBlocks - 3);
  for (const [what, value] of [
    [`${requests} requests`, asked],
    [`${requests} draws of 1 + ${validators}`, drawn],
    [`${duePerBlock} due seats`, rest.at(-2)],
    [`${duePerBlock} due seats, the next block`, rest.at(-1)],
  ] as const) {
    const row = { id: "P12", what: `FinalizeBlock at its cap: ${what}`, unit: "ms" };
    report({ ...row, value: value ?? NaN, params: { nodes }, beside: true });
  }
}

/** Tasks whose first window ended: each has another executor. */
function count(net: TaskNet): number {
  const ids = Array.from({ length: requests }, (_, i) => BigInt(i + 1) as Task["id"]);
  const isReplaced = ({ status }: Task["seats"][number]): boolean =>
    status === SeatStatus.SEAT_STATUS_REPLACED;
  return ids.filter((id) => net.task(id).seats.some(isReplaced)).length;
}
