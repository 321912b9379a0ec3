// `npx tsx test/vectors/recordComet.ts` writes data/cometBlocks.json anew: what four real CometBFT
// nodes said of their blocks, the last of them without one of the four.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sendOne } from "../support/idle.ts";
import { TestNetwork } from "../support/network.ts";
import { cometForTests } from "../support/comet.ts";

const { path, skip } = await cometForTests();
if (skip !== false) throw new Error(skip);
const net = await TestNetwork.start(path, 4);
try {
  const client = await net.client(0);
  await sendOne(client);
  await net.killValidator(3);
  await sendOne(await net.client(0, net.rpc.slice(0, 3)));
  const call = <T>(method: string, params: Record<string, string> = {}): Promise<T> =>
    client.rpc.call<T>(method, params);
  const height = Number(await client.height());
  const blocks = [];
  for (let at = 1; at <= height; at++) {
    const params = { height: String(at) };
    const { block_id, block } = await call<{ block_id: unknown; block: unknown }>("block", params);
    const { signed_header: signed } = await call<{ signed_header: { commit: unknown } }>(
      "commit",
      params,
    );
    const results = await call<{ txs_results: unknown[] | null }>("block_results", params);
    blocks.push({ block_id, block, commit: signed.commit, results: results.txs_results });
  }
  const { validators } = await call<{ validators: unknown }>("validators", { height: "1" });
  const { consensus_params: params } = await call<{ consensus_params: { block: unknown } }>(
    "consensus_params",
    { height: "1" },
  );
  const { node_info: info } = await call<{ node_info: { version: string } }>("status");
  const vector = { comet: info.version, validators, block_params: params.block, blocks };
  const file = join(import.meta.dirname, "data", "cometBlocks.json");
  writeFileSync(file, `${JSON.stringify(vector, null, 1)}\n`);
} finally {
  await net.stop();
}
