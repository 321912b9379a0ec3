import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { toAscii, toBech32 } from "@cosmjs/encoding";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { GasPrice, SigningStargateClient } from "@cosmjs/stargate";
import { Comet38Client, WebsocketClient } from "@cosmjs/tendermint-rpc";
import { AssayClient } from "../../client/index.ts";
import { abciQuery } from "../../client/rpc/query.ts";
import { bytesOfAddress } from "../../core/crypto/address.ts";
import { verifyMembership } from "../../core/store/proofs.ts";
import { soloPath } from "../../cli/supervise/engine.ts";
import {
  blockOf,
  idOf,
  type BlockJson,
  type CommitJson,
  type IdJson,
  type ValidatorJson,
} from "../support/cometJson.ts";
import { startRealNode, type RealNode } from "../support/realNode.ts";
import { signedPower } from "../support/soloVotes.ts";
import { headerHash, validatorsHash } from "../../solo/chain/hashes.ts";
import { validatorOf } from "../support/cometJson.ts";
import { until } from "../support/network.ts";
import { toHex } from "../../core/bytes.ts";

const bob = toBech32("assay", new Uint8Array(20).fill(7));
const one = [{ denom: "uassay", amount: "1" }];

/** CosmJS takes the end of a connection that it closed itself for a fault, and reconnects for good. */
function leave(rpc: WebsocketClient): void {
  const inner = Reflect.get(rpc, "socket") as { socket: { reconnect(): void } };
  inner.socket.reconnect = () => undefined;
  rpc.disconnect();
}

/** Three development validators, one app. */
describe("solo: a chain that clients can verify", { timeout: 300_000 }, () => {
  let node: RealNode;
  let client: SigningStargateClient;
  let alice = "";
  const connected: { disconnect(): void }[] = [];
  let assay: AssayClient;
  const call = <T>(method: string, params: Record<string, unknown> = {}): Promise<T> =>
    assay.rpc.call<T>(method, params);
  const send = (): ReturnType<SigningStargateClient["sendTokens"]> =>
    client.sendTokens(alice, bob, one, "auto");

  before(async () => {
    const wallet = await DirectSecp256k1HdWallet.generate(12, { prefix: "assay" });
    const [account] = await wallet.getAccounts();
    alice = account?.address ?? assert.fail("expected an account");
    const accounts = [{ address: alice, amount: 1_000_000_000n }];
    node = await startRealNode(soloPath, { accounts, soloKeys: 2, minGasPrice: "0.0025uassay" });
    assay = await until(() => AssayClient.connect(node.rpc).catch(() => undefined), 60_000, 100);
    await until(async () => ((await assay.height()) >= 2n ? true : undefined), 60_000, 100);
    client = await SigningStargateClient.connectWithSigner(node.rpc, wallet, {
      gasPrice: GasPrice.fromString("0.0025uassay"),
      broadcastPollIntervalMs: 100,
    });
    connected.push(client);
  });
  after(async () => {
    for (const each of connected) each.disconnect();
    await node.stop();
  });

  it("says what it is", async () => {
    const status = await call<{ node_info: { version: string } }>("status");
    assert.equal(status.node_info.version, "0.38.25-solo");
  });

  it("every block follows from the one before it, and two thirds of the power signed it", async () => {
    await send();
    const last = Number(await assay.height());
    let previous: IdJson | undefined;
    for (let height = 1; height <= last; height++) {
      const at = { height: String(height) };
      const { block_id: id, block } = await call<{ block_id: IdJson; block: BlockJson }>(
        "block",
        at,
      );
      const { validators } = await call<{ validators: ValidatorJson[] }>("validators", at);
      const { signed_header: signed } = await call<{ signed_header: { commit: CommitJson } }>(
        "commit",
        at,
      );
      assert.equal(validators.length, 3);
      assert.deepEqual(signed.commit.block_id, id);
      assert.equal(signedPower(node.chainId, signed.commit, validators), 30n);
      assert.deepEqual(Buffer.from(headerHash(blockOf(block).header)), Buffer.from(idOf(id).hash));
      const set = toHex(validatorsHash(validators.map(validatorOf))).toUpperCase();
      assert.equal(block.header.validators_hash, set);
      if (previous !== undefined) assert.deepEqual(block.header.last_block_id, previous);
      previous = id;
    }
    assert.ok(last >= 3);
  });

  it("a signature that was changed is no signature", async () => {
    const { validators } = await call<{ validators: ValidatorJson[] }>("validators", {
      height: "2",
    });
    const { signed_header: signed } = await call<{ signed_header: { commit: CommitJson } }>(
      "commit",
      { height: "2" },
    );
    const changed = { ...signed.commit, round: 1 };
    assert.throws(() => signedPower(node.chainId, changed, validators), /does not verify/);
  });

  it("a balance is proven against the app hash of the next header", async () => {
    const { height } = await send();
    await until(
      async () => ((await assay.height()) > BigInt(height) ? true : undefined),
      30_000,
      50,
    );
    const address = bytesOfAddress(bob as Parameters<typeof bytesOfAddress>[0]);
    const key = Uint8Array.of(2, address.length, ...address, ...toAscii("uassay"));
    const options = { height: BigInt(height), prove: true };
    const answer = await abciQuery(assay.rpc, "/store/bank/key", key, options);
    const { block } = await call<{ block: BlockJson }>("block", { height: String(height + 1) });
    const appHash = Uint8Array.from(Buffer.from(block.header.app_hash, "hex"));
    assert.ok(verifyMembership(answer.proofOps, appHash, "bank", key, answer.value));
    const other = Uint8Array.from([...answer.value, 1]);
    assert.ok(!verifyMembership(answer.proofOps, appHash, "bank", key, other));
  });

  it("CosmJS finds a transaction by hash and by its events, in either order and page by page", async () => {
    const sent = [await send(), await send()];
    const found = await client.searchTx(`transfer.recipient='${bob}'`);
    const hashes = found.map(({ hash }) => hash);
    for (const { transactionHash } of sent) assert.ok(hashes.includes(transactionHash));
    const comet = await Comet38Client.connect(node.rpc);
    connected.push(comet);
    const query = `tx.height>=${sent[0]?.height ?? 0}`;
    const newest = await comet.txSearch({ query, order_by: "desc", per_page: 1, page: 1 });
    assert.equal(newest.totalCount, 2);
    assert.equal(newest.txs[0]?.height, sent[1]?.height);
    const tx = await comet.tx({ hash: newest.txs[0]?.hash ?? new Uint8Array(), prove: true });
    assert.equal(tx.proof?.proof.total, 1);
    const blocks = await comet.blockSearchAll({ query: `block.height=${sent[0]?.height ?? 0}` });
    assert.equal(blocks.totalCount, 1);
    assert.ok((await comet.blockResults(sent[0]?.height)).results.length === 1);
    assert.equal((await comet.validatorsAll()).validators.length, 3);
    assert.ok((await comet.blockchain()).blockMetas.length > 2);
    assert.equal((await comet.genesis()).chainId, node.chainId);
    assert.equal((await comet.numUnconfirmedTxs()).total, 0);
    assert.ok((await comet.abciInfo()).lastBlockHeight !== undefined);
    await comet.health();
  });

  it("CosmJS follows blocks, headers and transactions over the WebSocket", async () => {
    const rpc = new WebsocketClient(node.rpc.replace("http", "ws"));
    const socket = Comet38Client.create(rpc);
    const first = <T>(stream: { subscribe(listener: object): unknown }): Promise<T> =>
      new Promise((next, error) => stream.subscribe({ next, error, complete: () => undefined }));
    const block = first<{ header: { height: number } }>(socket.subscribeNewBlock());
    const header = first<{ height: number }>(socket.subscribeNewBlockHeader());
    const tx = first<{ height: number }>(socket.subscribeTx(`transfer.recipient='${bob}'`));
    // The subscriptions are in place once the same connection has answered something else.
    await socket.status();
    const { height } = await send();
    assert.equal((await tx).height, height);
    assert.ok((await block).header.height <= height);
    assert.ok((await header).height <= height);
    leave(rpc);
  });

  it("broadcast_tx_commit answers with the block's result", async () => {
    const comet = await Comet38Client.connect(node.rpc);
    connected.push(comet);
    const amount = [{ denom: "uassay", amount: "500" }];
    const value = { fromAddress: alice, toAddress: bob, amount: one };
    const message = { typeUrl: "/cosmos.bank.v1beta1.MsgSend", value };
    const signed = await client.sign(alice, [message], { amount, gas: "200000" }, "");
    const { TxRaw } = await import("cosmjs-types/cosmos/tx/v1beta1/tx");
    const tx = TxRaw.encode(signed).finish();
    const answer = await comet.broadcastTxCommit({ tx });
    assert.equal(answer.txResult?.code, 0);
    assert.ok(answer.height > 0);
    // The same bytes are known by now.
    await assert.rejects(comet.broadcastTxSync({ tx }), /tx already exists in cache/);
  });

  it("says no to what it does not have, by name and by its own name", async () => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 7, method: "dump_consensus_state" });
    const response = await fetch(node.rpc, { method: "POST", body });
    const { id, error } = (await response.json()) as {
      id: number;
      error: { code: number; data: string };
    };
    assert.equal(id, 7);
    assert.equal(error.code, -32601);
    assert.match(error.data, /solo engine .* no method dump_consensus_state/);
  });

  it("answers URIs and batches", async () => {
    const { result } = (await (await fetch(`${node.rpc}/block?height=1`)).json()) as {
      result: { block: BlockJson };
    };
    assert.equal(result.block.header.height, "1");
    const batch = ["health", "nothing"].map((method, id) => ({ jsonrpc: "2.0", id, method }));
    const response = await fetch(node.rpc, { method: "POST", body: JSON.stringify(batch) });
    const answers = (await response.json()) as { id: number; result?: object; error?: object }[];
    assert.deepEqual(
      answers.map(({ id }) => id),
      [0, 1],
    );
    assert.ok(answers[0]?.result !== undefined && answers[1]?.error !== undefined);
  });

  for (const victim of ["app", "comet"] as const) {
    it(`goes on after kill -9 of ${victim === "app" ? "the app" : "the engine"}, with all it had`, async () => {
      const { transactionHash, height } = await send();
      const again = once(node.supervisor, "ready");
      process.kill(node.supervisor.pids()[victim] ?? assert.fail("expected a pid"), "SIGKILL");
      await again;
      const answering = () => client.getTx(transactionHash).catch(() => undefined);
      const found = await until(async () => (await answering()) ?? undefined, 60_000, 100);
      assert.equal(found.height, height);
      const sent = await send();
      assert.equal(sent.code, 0);
      assert.ok(sent.height > height);
    });
  }
});
