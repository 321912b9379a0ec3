// G11 beside the replayer: a new node with a CometBFT of its own fetches a chain's blocks and works them out.
import { SyncNet, type SyncNode } from "../support/syncNet.ts";
import { report } from "./harness.ts";
import { loadAccounts, push, signSends } from "./load.ts";

const connections = 32;
/** Of genesis before those of the load. */
const ownAccounts = 1;

/** Blocks a second that a joining node takes in, of those that hold these sends. */
export async function joiningNode(comet: string, sends: number): Promise<void> {
  const accounts = loadAccounts(2_000, "assay");
  const net = new SyncNet(comet, {
    ...{ minRetainBlocks: 0, snapshotInterval: 0 },
    accounts: accounts.map(({ address }) => ({ address, amount: 1_000_000_000n })),
  });
  try {
    const first = await net.startValidator();
    await first.rpc.untilHeight(2);
    const { chainId } = await net.client(first);
    const rounds = Math.ceil(sends / accounts.length);
    const from = await first.rpc.height();
    const load = await push(
      first.rpc.url,
      signSends({
        ...{ accounts, rounds, chainId, denom: "uassay" },
        ...{ fee: 200n, gas: 200_000n, firstAccountNumber: ownAccounts },
      }),
      connections,
      [],
    );
    const to = await first.rpc.height();
    if (load.failed > 0 || load.committed < sends)
      throw new Error(`load: expected ${sends} sends, got ${load.committed}`);
    // What the first one does meanwhile is not measured.
    await net.slowDown(first);
    const seconds = await secondsBetween(await net.follow(), from, to);
    report({
      ...{ id: "G11", what: "block sync, a joining node beside the one that serves it" },
      ...{ value: (to - from) / seconds, unit: "blocks/s" },
      params: { blocks: to - from, txs: Math.round(load.committed / (to - from)) },
      beside: true,
    });
  } finally {
    await net.stop();
  }
}

/** From the block after `from` to `to`, as the node's own RPC shows them. */
async function secondsBetween({ rpc }: SyncNode, from: number, to: number): Promise<number> {
  await rpc.untilHeight(from, 120_000);
  const height = await rpc.height();
  const began = performance.now();
  await rpc.untilHeight(to, 600_000);
  return ((performance.now() - began) / 1000) * ((to - from) / (to - height));
}
