import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { toBech32 } from "@cosmjs/encoding";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { AssayClient, timeTravel, type TimeTravel } from "../../client/index.ts";
import { soloPath } from "../../cli/supervise/engine.ts";
import type { BlockJson, CommitJson } from "../support/cometJson.ts";
import { balanceOf } from "../support/ledger.ts";
import { until } from "../support/network.ts";
import { startRealNode, type RealNode } from "../support/realNode.ts";

const bob = toBech32("assay", new Uint8Array(20).fill(9));

describe("solo: development methods", { timeout: 300_000 }, () => {
  let node: RealNode;
  let client: AssayClient;
  let chain: TimeTravel;
  let alice = "";
  let wallet: DirectSecp256k1HdWallet;
  const call = <T>(method: string, params: Record<string, unknown> = {}): Promise<T> =>
    client.rpc.call<T>(method, params);
  const blockAt = async (height: bigint): Promise<BlockJson> =>
    (await call<{ block: BlockJson }>("block", { height: String(height) })).block;
  const timeAt = async (height: bigint): Promise<number> =>
    Date.parse((await blockAt(height)).header.time);
  const send = async (): Promise<unknown> => {
    const signing = await AssayClient.connect(node.rpc, { signer: wallet });
    return signing.send([
      {
        typeUrl: "/cosmos.bank.v1beta1.MsgSend",
        value: { fromAddress: alice, toAddress: bob, amount: [{ denom: "uassay", amount: "5" }] },
      },
    ]);
  };
  /** Until nothing waits and the app hash has settled: then the chain is silent. */
  const silence = async (): Promise<bigint> => {
    let before = -1n;
    return until(
      async () => {
        const height = await client.height();
        const [last, { response }] = await Promise.all([
          blockAt(height),
          call<{ response: { last_block_app_hash: string } }>("abci_info"),
        ]);
        const hash = Buffer.from(response.last_block_app_hash, "base64").toString("hex");
        const quiet = height === before && last.header.app_hash === hash.toUpperCase();
        before = height;
        return quiet ? height : undefined;
      },
      60_000,
      100,
    );
  };
  const balance = async (): Promise<string> => String(await balanceOf(client, bob));

  before(async () => {
    wallet = await DirectSecp256k1HdWallet.generate(12, { prefix: "assay" });
    alice = (await wallet.getAccounts())[0]?.address ?? assert.fail("expected an account");
    const accounts = [{ address: alice, amount: 1_000_000_000n }];
    node = await startRealNode(soloPath, { accounts, soloKeys: 3 });
    client = await until(() => AssayClient.connect(node.rpc).catch(() => undefined), 60_000, 100);
    chain = timeTravel(client.rpc);
    await until(async () => ((await client.height()) >= 2n ? true : undefined), 60_000, 100);
  });
  after(() => node.stop());

  it("advance_blocks makes exactly so many, and then there is silence again", async () => {
    const height = await silence();
    assert.equal(await chain.advanceBlocks(7), height + 7n);
    assert.equal(await silence(), height + 7n);
  });

  it("advance_time: the next block has the new time, the blocks before keep theirs", async () => {
    const height = await silence();
    const before = await timeAt(height);
    const week = 7 * 86_400;
    const promised = await chain.advanceTime(week);
    assert.equal(await silence(), height);
    await chain.advanceBlocks(1);
    assert.equal(await timeAt(height + 1n), promised.getTime());
    const passed = ((await timeAt(height + 1n)) - before) / 1000;
    assert.ok(passed >= week, `expected ${week} s at least, got ${passed}`);
    assert.equal(await timeAt(height), before);
  });

  it("advance_time outlives a kill of the engine", async () => {
    const height = await silence();
    const before = await timeAt(height);
    const killedMs = Date.now();
    const again = once(node.supervisor, "ready");
    process.kill(node.supervisor.pids().comet ?? assert.fail("expected a pid"), "SIGKILL");
    await again;
    await until(() => client.height().catch(() => undefined), 60_000, 100);
    const downMs = Date.now() - killedMs;
    await chain.advanceBlocks(2);
    // The second block has the time of votes that were signed after the kill.
    assert.ok((await timeAt(height + 2n)) >= before + downMs);
  });

  it("set_signing_status: one of four is missing in the commits; two of four make no block", async () => {
    const { validators } = await call<{ validators: { address: string }[] }>("validators");
    const [first = "", second = ""] = validators.map(({ address }) => address);
    await chain.setSigning(first, false);
    await chain.advanceBlocks(2);
    const height = await client.height();
    const { signed_header: signed } = await call<{ signed_header: { commit: CommitJson } }>(
      "commit",
      { height: String(height) },
    );
    assert.deepEqual(
      signed.commit.signatures.map(({ block_id_flag: flag }) => flag),
      [1, 2, 2, 2],
    );
    await chain.setSigning(second, false);
    await assert.rejects(chain.advanceBlocks(1), /two thirds of the power/);
    assert.equal(await client.height(), height);
    for (const address of [first, second]) await chain.setSigning(address, true);
    await chain.advanceBlocks(1);
    await assert.rejects(chain.setSigning("00".repeat(20), false), /expected a validator/);
  });

  it("cause_double_sign: the next block carries both votes, and the app goes on", async () => {
    const { validators } = await call<{ validators: { address: string }[] }>("validators");
    const address = validators[1]?.address ?? "";
    const height = await silence();
    await chain.causeDoubleSign(address);
    const block = await until(
      async () => {
        const now = await client.height();
        return now > height ? await blockAt(height + 1n) : undefined;
      },
      60_000,
      50,
    );
    type Votes = { value: { vote_a: { validator_address: string }; vote_b: { height: string } } };
    const [found] = block.evidence.evidence as Votes[];
    assert.equal(found?.value.vote_a.validator_address, address);
    assert.equal(found.value.vote_b.height, String(height));
    assert.notEqual(block.header.evidence_hash, (await blockAt(1n)).header.evidence_hash);
    await silence();
  });

  it("dev_revert: the chain is again as it was at dev_snapshot, and goes on from there", async () => {
    await send();
    const height = await silence();
    const held = await balance();
    const snapshot = await chain.snapshot();
    assert.equal(snapshot.height, height);
    await send();
    await send();
    const later = await silence();
    assert.ok(later > height);
    assert.notEqual(await balance(), held);
    const lost = (await blockAt(height + 1n)).header;

    for (let times = 0; times < 5; times++) {
      await chain.revert(snapshot);
      assert.equal(await silence(), height);
      assert.equal(await balance(), held);
      await chain.advanceBlocks(1);
    }
    const now = (await blockAt(height + 1n)).header;
    assert.notEqual(now.data_hash, lost.data_hash);
    await send();
    assert.notEqual(await balance(), held);
    await assert.rejects(chain.revert({ id: "999999" }), /expected 1 to/);
  });
});
