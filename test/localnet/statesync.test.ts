import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { program } from "../../cli/home/programs.ts";
import { appInfo, blockAt } from "../support/blocks.ts";
import { notOnSolo, type Rpc } from "../support/comet.ts";
import { transfer } from "../support/idle.ts";
import { finish } from "../support/localnet.ts";
import { until } from "../support/network.ts";
import { keptOf } from "../support/oneHome.ts";
import { SyncNet, type SyncNode } from "../support/syncNet.ts";

const { path: comet, skip } = await notOnSolo("no peers");
const chainBlocks = 5_000;
const minRetainBlocks = 500;
const snapshotInterval = 500;

type SyncInfo = { readonly earliest_block_height: string; readonly catching_up: boolean };

const syncInfo = async (rpc: Rpc): Promise<SyncInfo> =>
  (await rpc.call<{ sync_info: SyncInfo }>("status")).sync_info;

/** The block that an operator would get from a friend. */
async function trustAt(rpc: Rpc, height: number): Promise<{ height: number; hash: string }> {
  const { signed_header: signed } = await rpc.call<{
    signed_header: { commit: { block_id: { hash: string } } };
  }>("commit", { height: String(height) });
  return { height, hash: signed.commit.block_id.hash };
}

describe("T9: state sync over real CometBFT", { skip, timeout: 600_000 }, () => {
  let net: SyncNet;
  let validator: SyncNode;

  before(async () => {
    net = new SyncNet(comet, { minRetainBlocks, snapshotInterval });
    validator = await net.startValidator();
    await validator.rpc.untilHeight(2);
  });

  after(async () => net.stop());

  /** Changes the state, so that snapshots and app hashes differ. */
  const send = async (count: number): Promise<void> => {
    const client = await net.client(validator);
    for (let i = 0; i < count; i++) await client.send([transfer(client.sender.address)]);
  };

  const joined = async (node: Pick<SyncNode, "rpc">): Promise<void> => {
    await until(
      async () => {
        const info = await syncInfo(node.rpc).catch(() => undefined);
        // Before the restore CometBFT knows of nothing to catch up with.
        const begun = info !== undefined && Number(info.earliest_block_height) > 0;
        return begun && !info.catching_up ? true : undefined;
      },
      120_000,
      200,
    );
  };

  /** Every block of both nodes names the same app hash, as do both apps. */
  const assertSame = async (
    node: Pick<SyncNode, "rpc">,
    from: number,
    blocks: number,
  ): Promise<void> => {
    await node.rpc.untilHeight(from + blocks);
    for (let height = from; height < from + blocks; height += 10) {
      const own = await blockAt(node.rpc, height);
      assert.equal(own.appHash, (await blockAt(validator.rpc, height)).appHash);
    }
  };

  it(`a chain of ${chainBlocks} blocks drops its history and keeps what evidence and snapshots need`, async (context) => {
    const start = performance.now();
    await send(3);
    await validator.rpc.untilHeight(chainBlocks, 300_000);
    const seconds = (performance.now() - start) / 1000;
    context.diagnostic(`${Math.round(chainBlocks / seconds)} blocks/s`);
    const { earliest_block_height: earliest } = await syncInfo(validator.rpc);
    assert.ok(Number(earliest) > 2_000, `history kept from ${earliest}`);
    assert.ok(Number(earliest) <= chainBlocks - minRetainBlocks, `history kept from ${earliest}`);
    // `assay status` shows the same range, and that the state of pruned blocks is gone too.
    const args = ["status", "--node", validator.rpc.url, "--home", validator.home];
    const { code, out, err } = await finish("cli/main", args, { ...process.env, CI: "true" });
    assert.equal(code, 0, err);
    const kept = keptOf(out);
    const now = Number((await syncInfo(validator.rpc)).earliest_block_height);
    assert.ok(kept.blocks >= Number(earliest) && kept.blocks <= now, `${out}${earliest} ${now}`);
    assert.ok(kept.state > kept.blocks && kept.state < kept.last, out);
    context.diagnostic(`reliability: blocks pruned before the first join = ${earliest}`);
  });

  it("a fresh node joins by a snapshot, follows and has equal app hashes", async () => {
    await net.slowDown(validator);
    await validator.rpc.untilHeight(chainBlocks + 1);
    await send(1);
    const { height } = await appInfo(validator.rpc);
    const node = await net.join(await trustAt(validator.rpc, height - 1));
    await joined(node);
    const first = Number((await syncInfo(node.rpc)).earliest_block_height);
    assert.ok(first > 3_000, `expected no early block, got ${first}`);
    assert.match(net.log(node), /state restored from a snapshot of height \d+/);
    await send(2);
    const now = await appInfo(validator.rpc);
    // It has no block from before its snapshot, which may be a recent one.
    await assertSame(node, Math.max(first, now.height - 50), 70);
  });

  it("a second one trusts both of them, and the first serves what it has taken since", async (context) => {
    const [, helper] = net.nodes;
    assert.ok(helper !== undefined);
    const { height } = await appInfo(helper.rpc);
    const node = await net.join(await trustAt(helper.rpc, height - 1));
    await joined(node);
    const now = await appInfo(validator.rpc);
    await assertSame(node, now.height, 30);
    context.diagnostic(`reliability: nodes joined by state sync = ${net.nodes.length - 1}`);
  });

  it("an operator's node joins by `assay start --trust-height --trust-hash --rpc-servers`", async (context) => {
    const node = await net.newcomer();
    const { height } = await appInfo(validator.rpc);
    const trust = await trustAt(validator.rpc, height - 1);
    const servers = net.nodes.map(({ rpc }) => rpc.url).join(",");
    const flags = ["--trust-height", String(trust.height), "--trust-hash", trust.hash];
    const words = ["start", "--quiet", "--home", node.home, "--cometbft", comet];
    const { command, args } = program("cli/main", ...words, ...flags, "--rpc-servers", servers);
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
    const ended = once(child, "exit");
    try {
      await joined(node);
      assert.ok(Number((await syncInfo(node.rpc)).earliest_block_height) > 3_000);
      await send(1);
      await assertSame(node, (await appInfo(validator.rpc)).height, 20);
    } finally {
      child.kill("SIGTERM");
    }
    assert.deepEqual(await ended, [0, null]);
    context.diagnostic("reliability: nodes joined by state sync = 1");
  });

  it("a joined node that is killed goes on from its own files", async () => {
    const [, node] = net.nodes;
    assert.ok(node !== undefined);
    const { height } = await appInfo(node.rpc);
    const again = new Promise((resolve) => node.supervisor.once("ready", resolve));
    node.supervisor.kill("SIGKILL");
    await again;
    await send(1);
    await assertSame(node, height, 30);
    assert.equal(net.log(node).match(/state restored from a snapshot/g)?.length, 1);
  });
});
