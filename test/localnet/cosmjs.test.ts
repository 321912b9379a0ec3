import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { GasPrice, SigningStargateClient, StargateClient } from "@cosmjs/stargate";
import { cometForTests, engineName } from "../support/comet.ts";
import { startRealNode, type RealNode } from "../support/realNode.ts";

const mnemonic =
  "economy stock theory fatal elder harbor betray wasp final emotion task crumble siren bottom lizard educate guess current outdoor pair theory focus wife stone";
const comet = await cometForTests();

describe(`localnet: CosmJS against a node (${engineName})`, { skip: comet.skip }, () => {
  let node: RealNode;
  let client: SigningStargateClient;
  let alice: string;
  const bob = "assay1tygms3xhhs3yv487phx3dw4a95jn7t7lal88p3";

  before(async () => {
    const wallet = await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix: "assay" });
    const [account] = await wallet.getAccounts();
    alice = account?.address ?? assert.fail("expected an account");
    node = await startRealNode(comet.path, {
      accounts: [{ address: alice, amount: 1_000_000_000n }],
      minGasPrice: "0.0025uassay",
    });
    client = await connect(node, wallet);
  });

  after(async () => {
    client.disconnect();
    await node.stop();
  });

  it("sends coins that were simulated, signed and paid for", async () => {
    const amount = [{ denom: "uassay", amount: "1234" }];
    const sent = await client.sendTokens(alice, bob, amount, "auto", "hello");
    assert.equal(sent.code, 0, sent.rawLog);
    assert.equal((await client.getBalance(bob, "uassay")).amount, "1234");
    const account = await client.getAccount(alice);
    assert.equal(account?.sequence, 1);
    const tx = await client.getTx(sent.transactionHash);
    assert.equal(tx?.height, sent.height);
  });

  it("answers null for an account that nobody has paid to", async () => {
    const unknown = "assay17xpfvakm2amg962yls6f84z3kell8c5lva3e91";
    await assert.rejects(client.getAccount(unknown), /InvalidArgument/);
    assert.equal(await client.getAccount("assay1fl48vsnmsdzcv85q5d2q4z5ajdha8yu3flmkh9"), null);
  });

  it("refuses a fee below the node's price with code 13", async () => {
    const fee = { amount: [{ denom: "uassay", amount: "1" }], gas: "200000" };
    const value = {
      ...{ fromAddress: alice, toAddress: bob },
      amount: [{ denom: "uassay", amount: "1" }],
    };
    const send = { typeUrl: "/cosmos.bank.v1beta1.MsgSend", value };
    // Not broadcastTx: after a refusal it leaves a timer of a minute behind.
    await assert.rejects(
      client.signAndBroadcastSync(alice, [send], fee),
      /insufficient fees; got: 1uassay required: 500uassay: insufficient fee/,
    );
  });

  it("takes a transfer that cannot be paid and fails it in the block with code 5", async () => {
    const fee = { amount: [{ denom: "uassay", amount: "500" }], gas: "200000" };
    const amount = [{ denom: "uassay", amount: "99999999999999" }];
    const failed = await client.sendTokens(alice, bob, amount, fee);
    assert.equal(failed.code, 5);
  });

  it("goes on after both processes were killed", async () => {
    const height = await client.getHeight();
    const ready = new Promise((resolve) => node.supervisor.once("ready", resolve));
    node.supervisor.kill("SIGKILL");
    await ready;
    const sent = await retried(() =>
      client.sendTokens(alice, bob, [{ denom: "uassay", amount: "1" }], "auto"),
    );
    assert.equal(sent.code, 0);
    assert.ok(sent.height > height);
    assert.equal((await client.getBalance(bob, "uassay")).amount, "1235");
  });
});

async function connect(
  node: RealNode,
  wallet: DirectSecp256k1HdWallet,
): Promise<SigningStargateClient> {
  const client = await retried(() =>
    SigningStargateClient.connectWithSigner(node.rpc, wallet, {
      gasPrice: GasPrice.fromString("0.0025uassay"),
      broadcastPollIntervalMs: 100,
    }),
  );
  const reader = await StargateClient.connect(node.rpc);
  // The first block makes the genesis state visible to queries.
  await retried(async () => assert.ok((await reader.getHeight()) >= 1));
  reader.disconnect();
  return client;
}

/** Until it succeeds: a node needs a while until its RPC answers. */
async function retried<T>(step: () => Promise<T>): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
