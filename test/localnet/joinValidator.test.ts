import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { looksLikeContribution } from "../../app/proposal/contribution.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import { addressFromBytes } from "../../core/crypto/bech32.ts";
import { utf8Encode } from "../../core/bytes.ts";
import { appInfo, blockAt } from "../support/blocks.ts";
import type { AppState } from "../support/chainGenesis.ts";
import { ChunkLies } from "../support/chunkLies.ts";
import { notOnSolo, type Rpc } from "../support/comet.ts";
import { transfer } from "../support/idle.ts";
import { until } from "../support/network.ts";
import { seededRandom } from "../support/seededRandom.ts";
import { SyncNet, type SyncHome, type SyncNode, type Trust } from "../support/syncNet.ts";

const { path: comet, skip } = await notOnSolo("no peers");
const seed = Number(process.env["TEST_SEED"] ?? 1);
const random = seededRandom(seed);
const snapshotInterval = 80;
const minRetainBlocks = 50;
/** Two snapshots are kept. */
const chainBlocks = 2 * snapshotInterval + 10;
/** Each is a record in two stores: the state takes several chunks. */
const accounts = Array.from({ length: 12_000 }, (_, i) => ({
  address: addressFromBytes(sha256(utf8Encode(`holder ${i}`)).slice(0, 20)),
  amount: 1_000n,
}));

/** No module takes a draw of this kind: one is pending in each block, and each must hold a contribution. */
const endlessDraw = {
  ...{ kind: "none", id: "1", attempt: 1, requested_height: "0", earliest_height: "1" },
  ...{ latest_height: "1000000000", draw_power: "500000000000000000", total_power: "9" },
  trigger_digest: Buffer.alloc(32).toString("base64"),
};

type SignedHeader = {
  readonly header: { readonly proposer_address: string };
  readonly commit: {
    readonly block_id: { readonly hash: string };
    readonly signatures: readonly { block_id_flag: number; validator_address: string }[];
  };
};

async function signedHeader(rpc: Rpc, height: number): Promise<SignedHeader> {
  const answer = { height: String(height) };
  return (await rpc.call<{ signed_header: SignedHeader }>("commit", answer)).signed_header;
}

const signers = ({ commit }: SignedHeader): string[] =>
  commit.signatures.filter((one) => one.block_id_flag === 2).map((one) => one.validator_address);

describe(`T9: a validator joins by state sync, seed ${seed}`, { skip, timeout: 600_000 }, () => {
  const lies = new ChunkLies();
  let net: SyncNet;
  let first: SyncNode;
  let liar: SyncNode;
  let home: SyncHome;
  let late: SyncNode;
  let joinedAt = 0;

  before(async () => {
    const serveChunk = lies.serve.bind(lies);
    const editState = (state: AppState): void => void state["beacon"].pending.push(endlessDraw);
    net = new SyncNet(comet, {
      ...{ minRetainBlocks, snapshotInterval, accounts, editState, serveChunk },
    });
    const homes = await net.writeValidators([4n, 4n, 1n]);
    home = homes[2] ?? assert.fail();
    [first = assert.fail(), liar = assert.fail()] = await net.startValidators(homes.slice(0, 2));
    await first.rpc.untilHeight(2);
    const client = await net.client(first);
    await client.send([transfer(client.sender.address)]);
  });
  after(async () => net.stop());

  const earliest = async (rpc: Rpc): Promise<{ from: number; following: boolean }> => {
    const { sync_info: info } = await rpc.call<{
      sync_info: { earliest_block_height: string; catching_up: boolean };
    }>("status");
    return { from: Number(info.earliest_block_height), following: !info.catching_up };
  };

  const recentBlock = async (): Promise<Trust> => {
    const height = (await appInfo(first.rpc)).height - 1;
    const { commit } = await signedHeader(first.rpc, height);
    return { height, hash: commit.block_id.hash };
  };

  /** Resolves with the height at which the node follows. */
  const follows = async (node: SyncNode): Promise<number> => {
    const begun = async (): Promise<true | undefined> => {
      const now = await earliest(node.rpc).catch(() => undefined);
      return now !== undefined && now.from > 0 && now.following ? true : undefined;
    };
    await until(begun, 240_000, 100);
    return (await appInfo(node.rpc)).height;
  };

  /** What the app itself says of its state is what the header of the next block names, by all nodes. */
  const sameHashes = async (node: SyncNode, blocks: number): Promise<void> => {
    const from = (await appInfo(node.rpc)).height;
    for (let height = from; height < from + blocks; height++) {
      await node.rpc.untilHeight(height + 1);
      const info = await appInfo(node.rpc);
      await first.rpc.untilHeight(info.height + 1);
      const { appHash } = await blockAt(first.rpc, info.height + 1);
      assert.equal(info.appHash, appHash, `app hash after ${info.height}`);
    }
  };

  const refusals = (node: SyncNode): string[] =>
    [...net.log(node).matchAll(/state sync: chunk \d+ of ([0-9a-f]+) has another hash/g)].map(
      ([, sender = ""]) => sender,
    );

  /** The next node to join sees a bad chunk first: one that comes after its good twin is never looked at. */
  const beginLies = (): void => {
    const next = net.nodes.length;
    const refused = (joiner = net.nodes[next]): boolean =>
      joiner !== undefined && refusals(joiner).length > 0;
    lies.begin(first, refused);
  };

  const assertRefused = (node: SyncNode, diagnostic: (text: string) => void): void => {
    assert.ok(lies.bad > 0 && lies.good > 0, `${lies.bad} bad chunks, ${lies.good} good ones`);
    const senders = refusals(node);
    assert.ok(senders.length > 0, "expected a chunk to be refused");
    assert.ok(senders.every((sender) => sender === liar.id));
    assert.match(net.log(node), /state restored from a snapshot of height \d+/);
    diagnostic(`reliability: bad snapshot chunks sent by a peer = ${lies.bad}`);
    diagnostic(`${senders.length} refused, ${lies.good} taken from the other peer`);
  };

  it("two thirds go on without it from genesis, and drop their history", async () => {
    await first.rpc.untilHeight(chainBlocks, 120_000);
    await Promise.all([net.slowDown(first), net.slowDown(liar)]);
    await first.rpc.untilHeight(chainBlocks + 2);
    assert.ok((await earliest(first.rpc)).from > 20);
    const { header, commit } = await signedHeader(first.rpc, chainBlocks);
    assert.equal(commit.signatures.length, 3);
    assert.ok(!signers({ header, commit }).includes(home.made.validator.address));
  });

  it("it joins late by a snapshot, and refuses chunks that a peer's damaged files give", async (context) => {
    beginLies();
    const { chunks } = await lies.newest();
    assert.ok(chunks >= 3, `expected several chunks, got ${chunks}`);
    lies.alter = async (asked) => lies.damaged(liar, asked, random);
    late = await net.join(await recentBlock(), { late: home, from: [first, liar] });
    joinedAt = await follows(late);
    assertRefused(late, (text) => context.diagnostic(text));
    assert.ok((await earliest(late.rpc)).from > snapshotInterval);
    await sameHashes(late, 3);
  });

  it("its signature stands in commits of the others' blocks", async () => {
    const signed = async (): Promise<number | undefined> => {
      const height = (await appInfo(first.rpc)).height - 1;
      const { address } = home.made.validator;
      return signers(await signedHeader(first.rpc, height)).includes(address) ? height : undefined;
    };
    assert.ok((await until(signed, 60_000, 50)) > joinedAt);
  });

  it("it proposes a block with its contribution to the beacon, and all agree on the state after it", async () => {
    let height = joinedAt;
    const own = async (): Promise<number | undefined> => {
      for (; height < (await appInfo(first.rpc)).height; height++) {
        const { header } = await signedHeader(first.rpc, height);
        if (header.proposer_address === home.made.validator.address) return height;
      }
      return undefined;
    };
    const proposed = await until(own, 60_000, 100);
    const { txs } = await blockAt(first.rpc, proposed);
    assert.ok(txs[0] !== undefined && looksLikeContribution(txs[0]), "no contribution");
    await late.rpc.untilHeight(proposed + 1);
    const { appHash } = await blockAt(liar.rpc, proposed + 1);
    assert.equal((await blockAt(late.rpc, proposed + 1)).appHash, appHash);
    await sameHashes(late, 3);
  });

  it("a second node refuses whole chunks of another snapshot and takes the right ones", async (context) => {
    lies.alter = async (asked, chunk) => lies.ofAnother(asked, chunk);
    beginLies();
    const node = await net.join(await recentBlock(), { from: [first, liar] });
    await follows(node);
    assertRefused(node, (text) => context.diagnostic(text));
    await sameHashes(node, 3);
  });
});
