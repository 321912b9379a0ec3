import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getAccount } from "../../../../modules/auth/index.ts";
import { balance } from "../../../../modules/bank/index.ts";
import { Ed25519PubKey, MsgSend, TxRaw, type Any } from "../../../../proto/cosmos.ts";
import { msg, startChain, type TestChain, type TxOptions } from "../../../support/driver.ts";
import { keyAny } from "../../../support/driverTx.ts";
import { testKey, type TestKey } from "../../../support/keys.ts";

const send = (from: TestKey, to: TestKey, amount = "5", denom = "uassay"): Any =>
  msg("/cosmos.bank.v1beta1.MsgSend", MsgSend, {
    fromAddress: from.address,
    toAddress: to.address,
    amount: [{ denom, amount }],
  });

const stranger = testKey("stranger");
const chainId = "assay-test-1";

type Case = {
  readonly what: string;
  readonly code: number;
  readonly log: string | RegExp;
  readonly options?: TxOptions;
  readonly by?: (chain: TestChain) => TestKey;
  readonly messages?: (alice: TestKey, bob: TestKey) => Any[];
  /** Changes the signed bytes. */
  readonly after?: (bytes: Uint8Array) => Uint8Array;
  /** Only CheckTx asks for this. */
  readonly checkOnly?: boolean;
  readonly gasWanted?: bigint;
};

const withSignatures = (bytes: Uint8Array, signatures: Uint8Array[]): Uint8Array =>
  TxRaw.encode({ ...TxRaw.decode(bytes), signatures }).finish();

const signedBy = (what: string): string =>
  `signature verification failed; please verify account number (0) and chain-id (${chainId}): (${what}): unauthorized`;

const cases: readonly Case[] = [
  {
    what: "bytes that are no transaction",
    ...{ code: 2, log: /tx parse error$/, gasWanted: 0n },
    after: () => Uint8Array.of(1, 2, 3),
  },
  {
    what: "no messages",
    ...{ code: 18, log: "must contain at least one message: invalid request", gasWanted: 0n },
    options: { edit: ({ body }) => void (body.messages = []) },
  },
  {
    what: "a message that its own check refuses",
    ...{ code: 10, log: /invalid coins$/, gasWanted: 0n },
    messages: (alice, bob) => [send(alice, bob, "0")],
  },
  {
    what: "an address that is none in a message",
    ...{ code: 7, log: /invalid address$/, gasWanted: 0n },
    messages: () => [msg("/cosmos.bank.v1beta1.MsgSend", MsgSend, { fromAddress: "x" })],
  },
  {
    what: "more gas than a block has",
    ...{ code: 41, log: "tx gas limit 30000001 exceeds block max gas 30000000: invalid gas limit" },
    options: { gas: 30_000_001n },
  },
  {
    what: "no gas",
    ...{ code: 41, log: "must provide positive gas: invalid gas limit" },
    options: { gas: 0n },
  },
  {
    what: "too little gas",
    ...{ code: 11, log: /^out of gas in location: .+; gasWanted: 9000, gasUsed: \d+: out of gas$/ },
    options: { gas: 9000n },
  },
  {
    what: "an extension option",
    ...{ code: 31, log: "unknown extension options" },
    options: { edit: ({ body }) => void body.extensionOptions.push(keyAny(stranger)) },
  },
  {
    what: "a non-critical extension option",
    ...{ code: 31, log: "unknown extension options" },
    options: { edit: ({ body }) => void body.nonCriticalExtensionOptions.push(keyAny(stranger)) },
  },
  {
    what: "an unordered transaction",
    ...{ code: 18, log: "unordered transactions are not enabled: invalid request" },
    options: { edit: ({ body }) => void (body.unordered = true) },
  },
  {
    what: "no fee",
    ...{ code: 41, log: /must provide positive gas/ },
    options: { edit: ({ authInfo }) => void delete authInfo.fee },
  },
  {
    what: "a negative fee",
    ...{
      code: 13,
      log: "invalid fee provided: 100000uassay,-5uassay: insufficient fee",
      gasWanted: 0n,
    },
    options: {
      edit: ({ authInfo }) =>
        void (authInfo.fee?.amount ?? []).push({ denom: "uassay", amount: "-5" }),
    },
  },
  {
    what: "a payer that is no address",
    ...{ code: 7, log: "invalid fee payer address (nobody): invalid address" },
    options: {
      edit: ({ authInfo }) => {
        if (authInfo.fee !== undefined) authInfo.fee.payer = "nobody";
      },
    },
  },
  {
    what: "no signatures",
    ...{ code: 15, log: "no signatures supplied" },
    after: (bytes) => withSignatures(bytes, []),
  },
  {
    what: "a signature too many",
    ...{ code: 4, log: "wrong number of signers; expected 1, got 2: unauthorized" },
    after: (bytes) => withSignatures(bytes, [new Uint8Array(64), new Uint8Array(64)]),
  },
  {
    what: "a signer_info too many",
    ...{ code: 4, log: "wrong number of signers; expected 1, got 2: unauthorized" },
    options: {
      edit: ({ authInfo }) => void authInfo.signerInfos.push({ sequence: 7n }),
    },
  },
  {
    what: "a timeout that has passed",
    ...{ code: 30, log: /^block height: \d+, timeout height: 1: tx timeout height$/ },
    options: { timeoutHeight: 1n },
  },
  {
    what: "a memo of 257 bytes",
    ...{
      code: 12,
      log: "maximum number of characters is 256 but received 257 characters: memo too large",
    },
    options: { memo: `${"é".repeat(128)}a` },
  },
  {
    what: "a fee below the node's price",
    ...{ code: 13, log: "insufficient fees; got: 1uassay required: 2500uassay: insufficient fee" },
    options: { fee: "1uassay" },
    checkOnly: true,
  },
  {
    what: "a fee from somebody who granted none",
    code: 38,
    log: /^assay1\w+ does not allow to pay fees for assay1\w+: fee-grant not found: not found$/,
    options: { granter: stranger.address },
  },
  {
    what: "a fee granter that is no address",
    ...{ code: 7, log: "invalid fee granter address (nobody): invalid address" },
    options: { granter: "nobody" },
  },
  {
    what: "an unknown payer",
    ...{ code: 9, log: `fee payer address: ${stranger.address} does not exist: unknown address` },
    by: () => stranger,
    messages: (_, bob) => [send(stranger, bob)],
  },
  {
    what: "fee coins out of order",
    ...{ code: 13, log: "invalid fee amount: 9000uassay,1abc: insufficient fee" },
    options: { fee: "9000uassay,1abc" },
  },
  {
    what: "a fee beyond the balance",
    code: 5,
    log: "spendable balance 1000000000000uassay is smaller than 1000000000001uassay: insufficient funds",
    options: { fee: "1000000000001uassay" },
  },
  {
    what: "X31: somebody else's key",
    ...{
      code: 8,
      log: /^pubKey does not match signer address assay1.+ with signer index: 0: invalid pubkey$/,
    },
    options: {
      edit: ({ authInfo }) => {
        const [info] = authInfo.signerInfos;
        if (info !== undefined) info.publicKey = keyAny(stranger);
      },
    },
  },
  {
    what: "a key of the wrong length",
    ...{ code: 8, log: "secp256k1 key: expected 33 bytes, got 2: invalid pubkey" },
    options: {
      edit: ({ authInfo }) => {
        const [info] = authInfo.signerInfos;
        const value = Uint8Array.of(10, 2, 3, 4);
        if (info !== undefined) info.publicKey = { ...keyAny(stranger), value };
      },
    },
  },
  {
    what: "an ed25519 key",
    ...{ code: 8, log: "ED25519 public keys are unsupported: invalid pubkey" },
    options: {
      edit: ({ authInfo }) => {
        const [info] = authInfo.signerInfos;
        const value = Ed25519PubKey.encode({ key: new Uint8Array(32) }).finish();
        if (info !== undefined)
          info.publicKey = { typeUrl: "/cosmos.crypto.ed25519.PubKey", value };
      },
    },
  },
  {
    what: "no key on a first transaction",
    ...{ code: 8, log: "pubkey on account is not set: invalid pubkey" },
    options: { keyless: true },
  },
  {
    what: "another sequence",
    ...{
      code: 32,
      log: "account sequence mismatch, expected 0, got 1: incorrect account sequence",
    },
    options: { sequence: 1n },
  },
  {
    what: "another account number",
    ...{ code: 4, log: signedBy("unable to verify single signer signature") },
    options: { accountNumber: 3n },
  },
  {
    what: "another chain",
    ...{ code: 4, log: signedBy("unable to verify single signer signature") },
    options: { chainId: "other" },
  },
  {
    what: "a signature of 63 bytes",
    ...{ code: 4, log: signedBy("unable to verify single signer signature") },
    after: (bytes) => withSignatures(bytes, [new Uint8Array(63)]),
  },
  {
    what: "sign mode TEXTUAL",
    ...{ code: 4, log: signedBy("unsupported sign mode 2") },
    options: { mode: 2 },
  },
  {
    what: "a sign mode that nobody knows",
    ...{ code: 4, log: signedBy("unsupported sign mode 77") },
    options: { mode: 77 },
  },
];

describe("tx: ante: codes", () => {
  for (const { what, code, log, checkOnly = false, ...rest } of cases) {
    it(`${what} is sdk/${code}, and nothing stays`, () => {
      const chain = startChain({
        ...{ minGasPrice: "0.0025uassay", maxGas: 30_000_000n, accounts: 2 },
      });
      chain.next({ blocks: 2 });
      const [alice, bob] = chain.accounts as [TestKey, TestKey];
      const by = rest.by?.(chain) ?? alice;
      const options = { fee: "100000uassay", ...rest.options };
      const messages = rest.messages?.(alice, bob) ?? [send(alice, bob)];
      const built = chain.tx(by, messages, options);
      const bytes = rest.after?.(built) ?? built;

      const checked = chain.submit(bytes);
      assert.deepEqual([checked.codespace, checked.code], ["sdk", code], checked.log);
      if (typeof log === "string") assert.equal(checked.log, log);
      else assert.match(checked.log, log);
      assert.equal(chain.mempool.length, 0);
      if (checkOnly) return;

      const result = chain.finalize([bytes]);
      assert.equal(result.code, code);
      // CheckTx sees the last committed height, the block its own.
      const expected = checked.log.replace("block height: 2,", "block height: 3,");
      assert.equal(result.log, code === 2 ? "tx parse error" : expected);
      assert.deepEqual(result.events, []);
      assert.equal(result.data.length, 0);
      if (rest.gasWanted === 0n) assert.deepEqual([result.gasWanted, result.gasUsed], [0n, 0n]);
      assert.deepEqual(
        chain.read((ctx) => getAccount(ctx, alice.address)?.sequence),
        0n,
      );
      assert.equal(
        chain.read((ctx) => balance(ctx, bob.address, "uassay")),
        1_000_000_000_000n,
      );
      assert.deepEqual(chain.alarms(), []);
    });
  }

  it("eight signers are sdk/14", () => {
    const chain = startChain({ accounts: 8 });
    const messages = chain.accounts.map((from) => send(from, stranger));
    const { code, log } = chain.submit(chain.tx(chain.accounts, messages));
    assert.equal(code, 14);
    assert.equal(log, "signatures: 8, limit: 7: maximum number of signatures exceeded");
  });
});
