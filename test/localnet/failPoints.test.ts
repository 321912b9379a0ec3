import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { connectRpc } from "../../client/rpc/rpc.ts";
import { appInfo, blockAt, type AppInfo } from "../support/blocks.ts";
import { notOnSolo } from "../support/comet.ts";
import { testKey } from "../support/keys.ts";
import { until } from "../support/network.ts";
import { startRealNode, type RealNode } from "../support/realNode.ts";

const { path: comet, skip } = await notOnSolo("none of CometBFT's fail points");
const accounts = [{ address: testKey("alice").address, amount: 1_000_000n }];
/** CometBFT passes ten fail points a height: the last of these dies in its second height. */
const points = Array.from({ length: 12 }, (_, i) => i);

function infoAbove(rpc: string, height: number): Promise<AppInfo> {
  const client = connectRpc(rpc);
  const ask = async (): Promise<AppInfo | undefined> => {
    const info = await appInfo(client).catch(() => undefined);
    return info !== undefined && info.height > height ? info : undefined;
  };
  return until(ask, 120_000, 50);
}

describe("T7: each fail point of CometBFT", { skip, timeout: 900_000 }, () => {
  const cometEnv: NodeJS.ProcessEnv = {};
  /** What the app said of each height, in every life that made it. */
  const said = new Map<number, Set<string>>();
  /** What CometBFT wrote of its own ends. */
  const ends: string[] = [];
  let node: RealNode;

  before(async () => {
    const supervise = { backoffMs: [50], maxRestarts: 50 };
    node = await startRealNode(comet, { accounts, emptyBlocks: true, cometEnv, supervise });
    node.supervisor.on("line", (source, text) => {
      if (source === "comet" && text.includes("fail-test")) ends.push(text.trim());
      if (source !== "app" || !text.includes('"msg":"block"')) return;
      const { height, hash } = JSON.parse(text) as { height: string; hash: string };
      const hashes = said.get(Number(height)) ?? new Set<string>();
      said.set(Number(height), hashes.add(hash));
    });
    await infoAbove(node.rpc, 2);
  });
  after(() => node.stop());

  for (const index of points) {
    it(`FAIL_TEST_INDEX=${index}: CometBFT ends there, and the chain goes on`, async () => {
      const first = once(node.supervisor, "restart");
      cometEnv["FAIL_TEST_INDEX"] = String(index);
      process.kill(node.supervisor.pids().comet ?? assert.fail("no CometBFT"), "SIGKILL");
      await first;
      // This life dies by itself at the fail point.
      const [{ reason }] = (await once(node.supervisor, "restart")) as [{ reason: string }];
      assert.match(reason, /^CometBFT .*\b1\b/);
      // Not by anything else that ends with 1: it says which of its calls did it.
      assert.deepEqual(ends.splice(0), [`*** fail-test ${index} ***`]);
      delete cometEnv["FAIL_TEST_INDEX"];
      await once(node.supervisor, "ready");
      const { height } = await infoAbove(node.rpc, 0);
      await infoAbove(node.rpc, height + 2);
    });
  }

  it("each height had one app hash in all lives, the one of the next header", async (context) => {
    const rpc = connectRpc(node.rpc);
    const { height: last } = await infoAbove(node.rpc, 0);
    const heights = [...said.keys()].filter((height) => height < last);
    assert.ok(heights.length > points.length);
    for (const height of heights) {
      const hashes = [...(said.get(height) ?? [])].map((hash) => hash.toUpperCase());
      assert.deepEqual(hashes, [(await blockAt(rpc, height + 1)).appHash.toUpperCase()]);
    }
    context.diagnostic(`reliability: fail points of CometBFT = ${points.length}`);
  });
});
