import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fromBase64 } from "@cosmjs/encoding";
import {
  DirectSecp256k1HdWallet,
  encodePubkey,
  makeAuthInfoBytes,
  makeSignDoc,
  type EncodeObject,
  type OfflineDirectSigner,
} from "@cosmjs/proto-signing";
import {
  createMultisigThresholdPubkey,
  encodeSecp256k1Pubkey,
  pubkeyToAddress,
  Secp256k1HdWallet,
} from "@cosmjs/amino";
import {
  GasPrice,
  makeMultisignedTxBytes,
  setupFeegrantExtension,
  QueryClient,
  SigningStargateClient,
  type StdFee,
} from "@cosmjs/stargate";
import { Comet38Client } from "@cosmjs/tendermint-rpc";
import { BasicAllowance } from "cosmjs-types/cosmos/feegrant/v1beta1/feegrant";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import {
  assayAminoTypes,
  assayRegistry,
  tasksMessages,
  TxFailed,
  TxRefused,
  type AssayClient,
} from "../../client/index.ts";
import { toHex } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import { TaskStatus } from "../../proto/gen/assay/tasks/v1/tasks.ts";
import { cometForTests } from "../support/comet.ts";
import { releaseName, taskKey, TestNetwork, until } from "../support/network.ts";
import { TxOracle } from "../support/txOracle.ts";

const { path: comet, skip } = await cometForTests();
const input = { numbers: [1, 2, 3] };
const coins = (amount: string) => [{ denom: "uassay", amount }];
const fee = (more: Partial<StdFee> = {}): StdFee => ({
  ...{ amount: coins("5000"), gas: "200000" },
  ...more,
});

type Wallet = {
  readonly signer: OfflineDirectSigner;
  readonly address: string;
  readonly publicKey: Uint8Array;
  readonly client: SigningStargateClient;
};

const sendOf = (from: string, to: string, amount: string): EncodeObject => ({
  typeUrl: "/cosmos.bank.v1beta1.MsgSend",
  value: { fromAddress: from, toAddress: to, amount: coins(amount) },
});

describe("localnet: wallets, with CosmJS as it is published", { skip, timeout: 900_000 }, () => {
  let net: TestNetwork;
  let alice: Wallet;
  let bob: Wallet;
  let rpc: Comet38Client;

  async function open(signer: OfflineDirectSigner): Promise<Wallet> {
    const [account] = await signer.getAccounts();
    assert.ok(account !== undefined);
    const client = await SigningStargateClient.connectWithSigner(net.rpc[0] ?? "", signer, {
      broadcastPollIntervalMs: 200,
    });
    return { signer, address: account.address, publicKey: account.pubkey, client };
  }

  /** A new wallet that signs nothing but amino, as a Ledger does. */
  async function openAmino(amount: string) {
    const signer = await Secp256k1HdWallet.generate(12, { prefix: "assay" });
    const [account = assert.fail()] = await signer.getAccounts();
    const client = await SigningStargateClient.connectWithSigner(net.rpc[0] ?? "", signer, {
      broadcastPollIntervalMs: 200,
      registry: assayRegistry(),
      aminoTypes: assayAminoTypes(),
      gasPrice: GasPrice.fromString("0.025uassay"),
    });
    const { address } = account;
    const funded = await alice.client.sendTokens(alice.address, address, coins(amount), fee());
    assert.equal(funded.code, 0, funded.rawLog);
    return { address, publicKey: account.pubkey, client };
  }

  before(async () => {
    net = await TestNetwork.start(comet, 1);
    alice = await open(await net.accounts.signer(0));
    bob = await open(await net.accounts.signer(9));
    rpc = await Comet38Client.connect(net.rpc[0] ?? "");
  });

  after(async () => {
    for (const { client } of [alice, bob]) client.disconnect();
    rpc.disconnect();
    await net.stop();
  });

  it("a stranger's wallet with no coins sends with a fee grant", async () => {
    const stranger = await open(await DirectSecp256k1HdWallet.generate(12, { prefix: "assay" }));
    assert.equal(await stranger.client.getAccount(stranger.address), null);
    const spendLimit = coins("12000");
    const allowance = {
      typeUrl: "/cosmos.feegrant.v1beta1.BasicAllowance",
      value: BasicAllowance.encode(BasicAllowance.fromPartial({ spendLimit })).finish(),
    };
    const parties = { granter: alice.address, grantee: stranger.address };
    const grant = {
      typeUrl: "/cosmos.feegrant.v1beta1.MsgGrantAllowance",
      value: { ...parties, allowance },
    };
    const granted = await alice.client.signAndBroadcast(alice.address, [grant], fee());
    assert.equal(granted.code, 0, granted.rawLog);
    assert.equal((await stranger.client.getAccount(stranger.address))?.sequence, 0);

    const before = BigInt((await alice.client.getBalance(alice.address, "uassay")).amount);
    const { address } = stranger;
    // Its first transaction moves no coins, because it has none.
    const own = {
      typeUrl: "/cosmos.feegrant.v1beta1.MsgGrantAllowance",
      value: { granter: address, grantee: bob.address, allowance },
    };
    const paid = fee({ granter: alice.address });
    const first = await stranger.client.signAndBroadcast(address, [own], paid, "no coins");
    assert.equal(first.code, 0, first.rawLog);
    const got = await bob.client.sendTokens(bob.address, address, coins("77"), fee());
    assert.equal(got.code, 0, got.rawLog);
    const second = await stranger.client.sendTokens(address, bob.address, coins("77"), paid);
    assert.equal(second.code, 0, second.rawLog);
    assert.equal((await stranger.client.getBalance(address, "uassay")).amount, "0");
    const after = BigInt((await alice.client.getBalance(alice.address, "uassay")).amount);
    assert.equal(before - after, 10_000n, "alice paid both fees");

    const { feegrant } = QueryClient.withExtensions(rpc, setupFeegrantExtension);
    const left = (await feegrant.allowance(alice.address, address)).allowance?.allowance;
    assert.deepEqual(BasicAllowance.decode(left?.value ?? assert.fail()).spendLimit, coins("2000"));
    await assert.rejects(
      stranger.client.signAndBroadcastSync(address, [own], paid),
      /does not allow to pay fees for .*: basic allowance: fee limit exceeded/,
    );
    stranger.client.disconnect();
  });

  it("several messages and a memo in one transaction, all or nothing", async () => {
    const { client, address } = alice;
    const held = async (): Promise<bigint> =>
      BigInt((await client.getBalance(bob.address, "uassay")).amount);
    const before = await held();
    const sends = ["1", "20", "300"].map((amount) => sendOf(address, bob.address, amount));
    const memo = "é".repeat(128);
    const sent = await client.signAndBroadcast(address, sends, fee({ gas: "400000" }), memo);
    assert.equal(sent.code, 0, sent.rawLog);
    assert.equal(sent.msgResponses.length, 3);
    assert.equal(await held(), before + 321n);
    const beyond = sendOf(address, bob.address, "9".repeat(30));
    const failed = await client.signAndBroadcast(
      address,
      [...sends, beyond],
      fee({ gas: "400000" }),
    );
    assert.equal(failed.code, 5);
    assert.match(failed.rawLog ?? "", /^failed to execute message; message index: 3: /);
    assert.equal(await held(), before + 321n);
    await assert.rejects(
      client.signAndBroadcastSync(address, sends, fee({ gas: "400000" }), `${memo}a`),
      /maximum number of characters is 256 but received 257 characters: memo too large/,
    );
  });

  it("two signers in one transaction, and the second one pays", async () => {
    const messages = [
      sendOf(alice.address, bob.address, "11"),
      sendOf(bob.address, alice.address, "10"),
    ];
    const accounts = await Promise.all(
      [alice, bob].map(async ({ client, address }) => client.getSequence(address)),
    );
    const bodyBytes = alice.client.registry.encodeTxBody({ messages, memo: "both" });
    const infos = [alice, bob].map(({ publicKey }, i) => ({
      pubkey: encodePubkey(encodeSecp256k1Pubkey(publicKey)),
      sequence: accounts[i]?.sequence ?? 0,
    }));
    const auth = makeAuthInfoBytes(infos, coins("5000"), 300_000, undefined, bob.address);
    const signatures = await Promise.all(
      [alice, bob].map(async ({ signer, address }, i) => {
        const number = accounts[i]?.accountNumber ?? 0;
        const doc = makeSignDoc(bodyBytes, auth, net.network.chainId, number);
        return fromBase64((await signer.signDirect(address, doc)).signature.signature);
      }),
    );
    const balances = async (): Promise<bigint[]> =>
      Promise.all(
        [alice, bob].map(async ({ client, address }) =>
          BigInt((await client.getBalance(address, "uassay")).amount),
        ),
      );
    const [ofAlice = 0n, ofBob = 0n] = await balances();
    const raw = TxRaw.encode({ bodyBytes, authInfoBytes: auth, signatures }).finish();
    const sent = await alice.client.broadcastTx(raw);
    assert.equal(sent.code, 0, sent.rawLog);
    assert.deepEqual(await balances(), [ofAlice - 1n, ofBob + 1n - 5000n]);
  });

  it("two of three amino wallets send from their account, one alone does not", async () => {
    // One after the other: each is paid by the same account.
    const members = [await openAmino("10"), await openAmino("10"), await openAmino("10")];
    const key = createMultisigThresholdPubkey(
      members.map(({ publicKey }) => encodeSecp256k1Pubkey(publicKey)),
      2,
    );
    const group = pubkeyToAddress(key, "assay");
    const { client } = alice;
    const funded = await client.sendTokens(alice.address, group, coins("100000"), fee());
    assert.equal(funded.code, 0, funded.rawLog);
    const signedBy = async (by: readonly number[], amount: string): Promise<Uint8Array> => {
      const { accountNumber, sequence } = await client.getSequence(group);
      const messages = [sendOf(group, bob.address, amount)];
      const data = { accountNumber, sequence, chainId: net.network.chainId };
      const signatures = new Map<string, Uint8Array>();
      let body: Uint8Array = new Uint8Array();
      for (const at of by) {
        const member = members[at] ?? assert.fail("expected a member");
        const signed = await member.client.sign(member.address, messages, fee(), "<&>", data);
        signatures.set(member.address, signed.signatures[0] ?? assert.fail());
        body = signed.bodyBytes;
      }
      return makeMultisignedTxBytes(key, sequence, fee(), body, signatures);
    };
    for (const [i, by] of [
      [0, 1],
      [1, 2],
      [0, 1, 2],
    ].entries()) {
      const sent = await client.broadcastTx(await signedBy(by, String(10 + i)));
      assert.equal(sent.code, 0, sent.rawLog);
    }
    assert.equal((await client.getBalance(group, "uassay")).amount, String(100_000 - 15_000 - 33));
    assert.deepEqual((await client.getAccount(group))?.pubkey, key);
    // broadcastTx of CosmJS keeps its timer of a minute when a transaction is refused.
    await assert.rejects(
      client.broadcastTxSync(await signedBy([2], "1")),
      /not enough signatures set, have 1, expected 2/,
    );
    for (const member of members) member.client.disconnect();
  });

  it("broadcast_tx_commit answers with the result of the block", async () => {
    const { client, address } = alice;
    const tx = await client.sign(address, [sendOf(address, bob.address, "3")], fee(), "");
    const bytes = TxRaw.encode(tx).finish();
    const answer = await rpc.broadcastTxCommit({ tx: bytes });
    assert.equal(answer.checkTx.code, 0);
    assert.equal(answer.txResult?.code, 0);
    assert.equal(toHex(answer.hash), toHex(sha256(bytes)));
    const hash = toHex(answer.hash).toUpperCase();
    // The index follows the block.
    const found = await until(async () => (await client.getTx(hash)) ?? undefined, 30_000, 100);
    assert.equal(found.height, answer.height);
    const poor = [sendOf(address, bob.address, "9".repeat(30))];
    const bad = TxRaw.encode(await client.sign(address, poor, fee(), "")).finish();
    const failed = await rpc.broadcastTxCommit({ tx: bad });
    assert.deepEqual([failed.checkTx.code, failed.txResult?.code], [0, 5]);
    await assert.rejects(rpc.broadcastTxCommit({ tx: bytes }), /tx already exists in cache/);
  });

  describe("E7: executors whose operators hold no coins", () => {
    let operators: string[];
    let client: AssayClient;

    before(async () => {
      // Wide: on a busy machine nobody shall be late.
      await net.publish({ commitBlocks: 60, revealBlocks: 60 });
      for (const owner of [1, 2, 3]) await net.startExecutor(owner, { feeGrant: true });
      await net.untilEligible(3);
      client = await net.client(0);
      const { bonds } = await client.staking.bonds({ service: "sum-demo" });
      operators = bonds.map(({ operator }) => operator);
    });

    it("a task is VALID; commits and reveals are paid by the owners", async () => {
      assert.equal(operators.length, 3);
      for (const operator of operators) assert.deepEqual(await client.balances(operator), []);
      const run = await client.run(releaseName, taskKey, input, { validators: 2 });
      assert.equal(run.task.status, TaskStatus.TASK_STATUS_VALID);
      for (const { node, operator } of (await client.staking.bonds({ service: "sum-demo" }))
        .bonds) {
        assert.notEqual(await client.feeGrant(node, operator), undefined);
        const posts = await alice.client.searchTx(`message.sender='${operator}'`);
        assert.ok(posts.length >= 2, "at least a commit and a reveal");
        for (const { events, code } of posts) {
          assert.equal(code, 0);
          const use = events.find(({ type }) => type === "use_feegrant");
          assert.deepEqual(
            use?.attributes.map(({ value }) => value),
            [node, operator],
          );
          // It earns the post fees, and pays none.
          const spenders = events
            .filter(({ type }) => type === "coin_spent")
            .flatMap(({ attributes }) => attributes.filter(({ key }) => key === "spender"));
          assert.deepEqual([...new Set(spenders.map(({ value }) => value))], [node]);
        }
      }
    });

    it("an amino wallet sends, grants a fee, and requests a task with the gas that it simulated", async () => {
      const wallet = await openAmino("900000000");
      const { address } = wallet;
      const sent = await wallet.client.sendTokens(address, bob.address, coins("5"), "auto", "<é>");
      assert.equal(sent.code, 0, sent.rawLog);
      const allowance = {
        typeUrl: "/cosmos.feegrant.v1beta1.BasicAllowance",
        value: BasicAllowance.encode(
          BasicAllowance.fromPartial({ expiration: { seconds: 4_000_000_000n } }),
        ).finish(),
      };
      const grant = {
        typeUrl: "/cosmos.feegrant.v1beta1.MsgGrantAllowance",
        value: { granter: address, grantee: bob.address, allowance },
      };
      const granted = await wallet.client.signAndBroadcast(address, [grant], "auto");
      assert.equal(granted.code, 0, granted.rawLog);
      const inline = new TextEncoder().encode(JSON.stringify(input));
      const [service = "", version = ""] = releaseName.split("@");
      const request = tasksMessages.requestTask({
        ...{ requester: address, service, version, taskKey, validators: 2 },
        input: { inline, sha256: new Uint8Array(), size: BigInt(inline.length) },
        maxFee: "800000000",
        tags: ["<amino>"],
      });
      const asked = await wallet.client.signAndBroadcast(address, [request], "auto");
      assert.equal(asked.code, 0, asked.rawLog);
      const taskId = BigInt(
        asked.events
          .find(({ type }) => type === "task_requested")
          ?.attributes.find(({ key }) => key === "task_id")?.value ?? "0",
      );
      const valid = await until(
        async () => {
          const { task } = await client.tasks.task({ taskId });
          return task?.status === TaskStatus.TASK_STATUS_VALID ? task : undefined;
        },
        120_000,
        200,
      );
      assert.equal(valid.requester, address);
      wallet.client.disconnect();
    });

    it("the operator's key moves no coin of its owner's", async () => {
      const thief = await net.operator(net.executors[0] ?? assert.fail("expected an executor"));
      const operator = thief.sender.address;
      const owner = (await net.client(1)).sender.address;
      const options = { feeGranter: owner, gas: 200_000n, feeAmount: 5_000n };
      await assert.rejects(
        thief.send([sendOf(operator, operator, "1")], options),
        (error: unknown) =>
          error instanceof TxRefused && error.codespace === "feegrant" && error.abciCode === 7,
      );
      await assert.rejects(
        thief.send([sendOf(owner, operator, "1")], options),
        (error: unknown) => error instanceof TxRefused || error instanceof TxFailed,
      );
    });

    it("every promised search finds exactly the right transactions", async (context) => {
      const { taskId } = await client.run(releaseName, taskKey, input, { validators: 2 });
      await net.stopExecutors();
      const oracle = await TxOracle.read(rpc);
      const [post] = await alice.client.searchTx(`message.sender='${operators[0]}'`);
      const [seq] =
        post?.events
          .flatMap(({ attributes }) => attributes)
          .filter(({ key }) => key === "acc_seq") ?? [];
      const owner = (await net.client(1)).sender.address;
      const queries: readonly (readonly [string, string][])[] = [
        [["message.sender", alice.address]],
        [["message.sender", operators[0] ?? ""]],
        [["message.action", "/cosmos.bank.v1beta1.MsgSend"]],
        [["message.action", "/assay.tasks.v1.MsgReveal"]],
        [["message.action", "/cosmos.feegrant.v1beta1.MsgGrantAllowance"]],
        [["message.module", "bank"]],
        [
          ["message.action", "/cosmos.bank.v1beta1.MsgSend"],
          ["message.sender", bob.address],
        ],
        [["transfer.recipient", bob.address]],
        [["transfer.sender", alice.address]],
        [["tx.acc_seq", seq?.value ?? ""]],
        [["set_feegrant.granter", owner]],
        [["set_feegrant.grantee", operators[0] ?? ""]],
        [["task_requested.task_id", String(taskId)]],
        [["task_requested.service", "sum-demo"]],
        [["task_requested.requester", alice.address]],
        [["task_committed.task_id", String(taskId)]],
        [["task_revealed.task_id", String(taskId)]],
        [["user_registered.username", "alice"]],
        [["service_registered.service", "sum-demo"]],
        [["release_published.service", "sum-demo"]],
        [["instance_announced.node", owner]],
        [["bonded.service", "sum-demo"]],
        [["bonded.node", owner]],
      ];
      for (const query of queries) {
        const text = query.map(([key, value]) => `${key}='${value}'`).join(" AND ");
        const found = (await alice.client.searchTx(text)).map(({ hash }) => hash);
        const expected = oracle.find(query);
        assert.ok(expected.length > 0, `${text}: expected something to find`);
        assert.ok(expected.length < oracle.size, `${text}: expected something to leave out`);
        assert.deepEqual(found, expected, text);
      }
      for (const height of [oracle.busiest(), 1]) {
        const found = (await alice.client.searchTx(`tx.height=${height}`)).map(({ hash }) => hash);
        assert.deepEqual(found, oracle.at(height));
      }
      assert.deepEqual(await alice.client.searchTx("message.sender='nobody'"), []);
      context.diagnostic(`${queries.length + 2} searches over ${oracle.size} transactions`);
    });

    it("block_results say what begin and end of a block did, and where", async () => {
      const oracle = await TxOracle.read(rpc);
      const seen = new Map<string, Set<string>>();
      for (const { type, attributes } of oracle.blockEvents) {
        const { key, value } = attributes.at(-1) ?? assert.fail(`${type}: no attributes`);
        assert.equal(key, "mode", type);
        seen.set(type, (seen.get(type) ?? new Set()).add(value));
      }
      const modes = (type: string): string[] => [...(seen.get(type) ?? [])];
      assert.deepEqual(modes("task_assigned"), ["BeginBlock"]);
      assert.deepEqual(modes("task_finished"), ["EndBlock"]);
      assert.deepEqual(modes("task_requested"), [], "what a transaction did is not said again");
    });
  });
});
