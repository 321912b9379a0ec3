import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodePubkey } from "@cosmjs/proto-signing";
import { makeMultisignedTxBytes } from "@cosmjs/stargate";
import { preverify, type VerifyBatch } from "../../app/tx/preverify.ts";
import { verifySecp256k1 } from "../../app/crypto/secp256k1.ts";
import { getAccount } from "../../modules/auth/index.ts";
import { balance } from "../../modules/bank/index.ts";
import {
  AuthInfo,
  BaseAccount,
  LegacyAminoPubKey,
  MultiSignature,
  QueryAccountRequest,
  QueryAccountResponse,
  SignDoc,
  TxBody,
  TxRaw,
  type Any,
  type ModeInfo,
} from "../../proto/cosmos.ts";
import { MsgRegisterUser } from "../../proto/gen/assay/registry/v1/tx.ts";
import { nativeSha256 } from "../../app/crypto/hash.ts";
import {
  bitArray,
  cosmjsDoc,
  groupOf,
  groupTx,
  type AminoOptions,
  type Group,
} from "../support/aminoTx.ts";
import { send } from "../support/chainSends.ts";
import { msg, startChain, type TestChain } from "../support/driver.ts";
import { testKey, type TestKey } from "../support/keys.ts";

const coins = (chain: TestChain, { address }: Pick<Group, "address">): bigint =>
  chain.read((ctx) => balance(ctx, address, "uassay"));
const holder = (group: Group): TestKey => ({ ...testKey("group"), address: group.address });

type Edit = NonNullable<AminoOptions["edit"]>;
type World = { chain: TestChain; alice: TestKey; group: Group; spend: Any[] };

/** A group of `size` keys with coins; its account has no key yet. */
function started(
  threshold: number,
  size: number,
  replicas = 1,
  storage: "memory" | "disk" = "memory",
): World {
  const chain = startChain({ accounts: 12, replicas, storage });
  const [alice = assert.fail()] = chain.accounts;
  const keys = Array.from({ length: size }, (_, i) => testKey(`member ${i}`));
  const group = groupOf(threshold, keys);
  chain.mustRun(alice, send(alice, holder(group), "50000000"));
  return { chain, alice, group, spend: [send(holder(group), alice, "7")] };
}

/** Of the last member that signed. */
const modeOf = (infos: ModeInfo[], mode: number): void => {
  const last = infos.at(-1);
  if (last?.single !== undefined) last.single.mode = mode;
};

function multiOf({ authInfo }: { authInfo: AuthInfo }) {
  return authInfo.signerInfos[0]?.modeInfo?.multi ?? assert.fail("expected a multisignature");
}

function remake(signatures: Uint8Array[], change: (list: Uint8Array[]) => Uint8Array[]): void {
  const old = MultiSignature.decode(signatures[0] ?? assert.fail()).signatures;
  signatures[0] = MultiSignature.encode({ signatures: change(old) }).finish();
}

describe("chain/multisig: an account of several keys", () => {
  it("two of three send, then any two, and the account shows its key", async () => {
    const { chain, alice, group, spend } = started(2, 3, 2);
    const before = coins(chain, group);
    const options = { fee: "500uassay" };
    for (const [i, by] of [
      [0, 1],
      [0, 2],
      [1, 2],
      [0, 1, 2],
    ].entries()) {
      const keyless = i > 0;
      const [result] = chain.deliver(groupTx(chain, group, by, spend, { ...options, keyless }));
      assert.equal(result?.code, 0, result?.log);
    }
    assert.equal(coins(chain, group), before - 4n * 507n);
    const { account } = chain.query(
      "/cosmos.auth.v1beta1.Query/Account",
      QueryAccountRequest,
      { address: group.address },
      QueryAccountResponse,
    );
    const found = BaseAccount.decode(account?.value ?? assert.fail());
    assert.deepEqual(found.pubKey, encodePubkey(group.key));
    assert.equal(found.sequence, 4n);
    assert.ok(coins(chain, alice) > 0n);
    await chain.stop();
  });

  it("pays for those who signed, not for those who could have", async () => {
    const { chain, group, spend } = started(2, 5);
    const gas: bigint[] = [];
    const sizes: number[] = [];
    for (const by of [
      [0, 1],
      [0, 1],
      [0, 1, 2],
      [0, 1, 2, 3, 4],
    ]) {
      const tx = groupTx(chain, group, by, spend);
      const [result] = chain.deliver(tx);
      assert.equal(result?.code, 0, result?.log);
      gas.push(result.gasUsed);
      sizes.push(tx.length);
    }
    const extra = (i: number): bigint =>
      (gas[i] ?? 0n) - (gas[1] ?? 0n) - 10n * BigInt((sizes[i] ?? 0) - (sizes[1] ?? 0));
    assert.deepEqual([extra(2), extra(3)], [1000n, 3000n]);
    await chain.stop();
  });

  it("what CosmJS puts together is taken, and a group may own what an account may own", async () => {
    const { chain, group } = started(2, 3);
    const message = msg("/assay.registry.v1.MsgRegisterUser", MsgRegisterUser, {
      ...{ owner: group.address, username: "team", signingKey: testKey("team").publicKey },
    });
    const account = chain.read((ctx) => getAccount(ctx, group.address)) ?? assert.fail();
    const { accountNumber, sequence } = account;
    const fee = { amount: [], gas: "1000000" };
    const doc = cosmjsDoc([message], {}, { chainId: chain.chainId, accountNumber, sequence });
    const tx = makeMultisignedTxBytes(
      group.key,
      Number(sequence),
      fee,
      TxBody.encode(TxBody.fromPartial({ messages: [message] })).finish(),
      new Map(group.members.slice(1).map((key) => [key.address, key.sign(nativeSha256(doc))])),
    );
    const [result] = chain.deliver(tx);
    assert.equal(result?.code, 0, result?.log);
    await chain.stop();
  });

  it("members may sign direct too, when the bits are settled before", async () => {
    const { chain, group, spend } = started(2, 2);
    const account = chain.read((ctx) => getAccount(ctx, group.address)) ?? assert.fail();
    const edit: Edit = ({ body, authInfo, signatures }) => {
      modeOf(multiOf({ authInfo }).modeInfos, 1);
      const doc = SignDoc.encode({
        bodyBytes: TxBody.encode(body).finish(),
        authInfoBytes: AuthInfo.encode(authInfo).finish(),
        chainId: chain.chainId,
        accountNumber: account.accountNumber,
      }).finish();
      const second = group.members[1] ?? assert.fail();
      remake(signatures, ([first = assert.fail()]) => [first, second.sign(nativeSha256(doc))]);
    };
    const [result] = chain.deliver(groupTx(chain, group, [0, 1], spend, { edit }));
    assert.equal(result?.code, 0, result?.log);
    await chain.stop();
  });
});

type Case = {
  readonly what: string;
  readonly by?: readonly number[];
  readonly options: AminoOptions;
  readonly code?: number;
  readonly log: string | RegExp;
};

const wrong =
  /^signature verification failed; please verify account number \(\d+\), sequence \(0\) and chain-id \(assay-test-1\): unauthorized$/;
const because = (reason: string): RegExp =>
  new RegExp(`^signature verification failed; .*: \\(${reason}\\): unauthorized$`);

const cases: readonly Case[] = [
  {
    what: "one of two",
    by: [1],
    options: {},
    log: because("not enough signatures set, have 1, expected 2"),
  },
  {
    what: "nobody",
    by: [],
    options: {},
    log: because("not enough signatures set, have 0, expected 2"),
  },
  {
    what: "a bit more than signatures",
    options: { edit: (parts) => void (multiOf(parts).bitarray = bitArray([true, true, true])) },
    log: because("signature size is incorrect 2, expecting: 3"),
  },
  {
    what: "a signature more than bits",
    options: {
      edit: ({ signatures }) => remake(signatures, ([a, b]) => [a, b, a].flatMap((x) => x ?? [])),
    },
    log: because("signature size is incorrect 3, expecting: 2"),
  },
  {
    what: "one signature twice",
    options: { edit: ({ signatures }) => remake(signatures, ([a = assert.fail()]) => [a, a]) },
    log: wrong,
  },
  {
    what: "signatures in another order",
    options: { edit: ({ signatures }) => remake(signatures, (list) => list.reverse()) },
    log: wrong,
  },
  {
    what: "bits that name another member",
    options: { edit: (parts) => void (multiOf(parts).bitarray = bitArray([true, false, true])) },
    log: wrong,
  },
  { what: "another memo", options: { signed: { memo: "x" } }, log: wrong },
  { what: "another sequence", options: { signed: { sequence: 1n } }, log: wrong },
  {
    what: "too few bits",
    options: { edit: (parts) => void (multiOf(parts).bitarray = bitArray([true, true])) },
    log: because("bit array size is incorrect, expecting: 3"),
  },
  {
    what: "too many bits",
    options: {
      edit: (parts) => void (multiOf(parts).bitarray = bitArray([true, true, false, false])),
    },
    log: because("bit array size is incorrect, expecting: 3"),
  },
  {
    what: "no bits at all",
    options: { edit: (parts) => void delete multiOf(parts).bitarray },
    log: because("bit array size is incorrect, expecting: 3"),
  },
  {
    what: "a bit behind the last member, which nobody signs",
    options: {
      edit: (parts) =>
        void (multiOf(parts).bitarray = { extraBitsStored: 3, elems: Uint8Array.of(0b1100_0001) }),
    },
    log: because("bit array: expected no bit beyond the members"),
  },
  {
    what: "more extra bits than a byte has",
    options: {
      edit: (parts) =>
        void (multiOf(parts).bitarray = { extraBitsStored: 11, elems: Uint8Array.of(0xc0) }),
    },
    code: 14,
    log: /^signatures: 8, limit: 7/,
  },
  {
    what: "a mode too few",
    options: { edit: (parts) => void multiOf(parts).modeInfos.pop() },
    log: because("mode infos: expected 2, got 1"),
  },
  {
    what: "a mode that nobody serves",
    options: { edit: (parts) => modeOf(multiOf(parts).modeInfos, 2) },
    log: because("unsupported sign mode 2"),
  },
  {
    what: "a group within the group",
    options: {
      edit: (parts) => {
        const { modeInfos } = multiOf(parts);
        modeInfos[1] = { multi: { modeInfos: [], bitarray: bitArray([true]) } };
      },
    },
    log: because("expected a sign mode, got none"),
  },
  {
    what: "a single signature for the group",
    options: {
      edit: ({ authInfo }) =>
        void authInfo.signerInfos.map((info) => (info.modeInfo = { single: { mode: 127 } })),
    },
    log: because("expected a multisignature, got a single one"),
  },
  {
    what: "bytes that are no multisignature",
    options: { edit: ({ signatures }) => void (signatures[0] = new Uint8Array(64).fill(255)) },
    log: because("multisignature: .*"),
  },
  {
    what: "a field behind the signatures, which nobody signs",
    options: {
      edit: ({ signatures }) =>
        void (signatures[0] = Uint8Array.of(...(signatures[0] ?? []), 0x10, 0x01)),
    },
    log: because("multisignature: .*"),
  },
  {
    what: "another group's key",
    options: {
      edit: ({ authInfo }) => {
        const key = groupOf(1, [testKey("member 0"), testKey("member 1"), testKey("member 2")]).any;
        for (const info of authInfo.signerInfos) info.publicKey = key;
      },
    },
    code: 8,
    log: /^pubKey does not match signer address assay1.* with signer index: 0: invalid pubkey$/,
  },
];

describe("chain/multisig: refusals", () => {
  for (const { what, by = [0, 1], options, code = 4, log } of cases) {
    it(`${what}: code ${code}, in CheckTx and in a block, and nothing is spent`, async () => {
      const { chain, group, spend } = started(2, 3);
      const before = coins(chain, group);
      const tx = groupTx(chain, group, by, spend, { fee: "5uassay", ...options });
      for (const result of [chain.first.app.checkTx({ tx, type: 0 }), chain.finalize([tx])]) {
        assert.equal(result.code, code, result.log);
        assert.match(result.log, log as RegExp);
      }
      const account = chain.read((ctx) => getAccount(ctx, group.address));
      assert.equal(account?.sequence, 0n);
      assert.equal(account.anyPubKey, undefined);
      assert.equal(coins(chain, group), before);
      assert.deepEqual(chain.alarms(), []);
      await chain.stop();
    });
  }

  it("a single key's account takes no multisignature, of whatever size", async () => {
    const { chain, alice, group } = started(2, 3);
    const edit: Edit = ({ authInfo }) => {
      for (const info of authInfo.signerInfos) delete info.publicKey;
    };
    const tx = groupTx(chain, { ...group, address: alice.address }, [0, 1], [send(alice, alice)], {
      edit,
    });
    const result = chain.finalize([tx]);
    assert.equal(result.code, 4);
    assert.match(result.log, /\(expected a single signature, got a multisignature\)/);
    const huge: Edit = (parts) => {
      edit(parts);
      multiOf(parts).bitarray = { extraBitsStored: 0, elems: new Uint8Array(100_000).fill(255) };
    };
    const wide = groupTx(
      chain,
      { ...group, address: alice.address },
      [0, 1],
      [send(alice, alice)],
      {
        ...{ edit: huge, gas: 20_000_000n },
      },
    );
    assert.equal(chain.finalize([wide]).code, 14);
    await chain.stop();
  });

  it("seven members are taken, eight are code 14, named or not", async () => {
    for (const size of [7, 8]) {
      const { chain, group, spend } = started(1, size);
      for (const keyless of [false, true]) {
        const result = chain.finalize([groupTx(chain, group, [size - 1], spend, { keyless })]);
        // Without a stored key nothing is left to check an unnamed one by.
        const expected = size === 8 ? 14 : 0;
        assert.equal(result.code, expected, `${size} ${keyless}: ${result.log}`);
      }
      await chain.stop();
    }
  });

  it("a key that nobody can sign with is code 8", async () => {
    const { chain, group, spend } = started(2, 3);
    const ed25519 = {
      typeUrl: "/cosmos.crypto.ed25519.PubKey",
      value: Uint8Array.of(0x0a, 32, ...new Uint8Array(32)),
    };
    const good = LegacyAminoPubKey.decode(group.any.value);
    const keys: [LegacyAminoPubKey, RegExp][] = [
      [{ ...good, threshold: 0 }, /multisig threshold: expected 1\.\.3, got 0/],
      [{ ...good, threshold: 4 }, /multisig threshold: expected 1\.\.3, got 4/],
      [{ threshold: 0, publicKeys: [] }, /multisig threshold: expected 1\.\.0, got 0/],
      [
        { ...good, publicKeys: [...good.publicKeys, ed25519] },
        /multisig member: .* got \/cosmos\.crypto\.ed/,
      ],
      [{ ...good, publicKeys: [group.any] }, /multisig member: .* got \/cosmos\.crypto\.multisig/],
    ];
    for (const [key, log] of keys) {
      const value = LegacyAminoPubKey.encode(key).finish();
      const tx = groupTx(chain, group, [0, 1], spend, {
        edit: ({ authInfo }) => {
          for (const info of authInfo.signerInfos) info.publicKey = { ...group.any, value };
        },
      });
      const result = chain.finalize([tx]);
      assert.equal(result.code, 8, result.log);
      assert.match(result.log, log);
    }
    await chain.stop();
  });
});

/** The last member's signature of something else. */
const bend: Edit = ({ signatures }) =>
  remake(signatures, (list) =>
    list.map((one, i) => (i === 2 ? one.map((b, at) => b ^ (at === 9 ? 1 : 0)) : one)),
  );

describe("chain/multisig: beside the block", () => {
  it("a simulation as CosmJS sends it tells enough gas for all members", async () => {
    const { chain, group, spend } = started(2, 5);
    for (const round of ["key not stored", "key stored", "key stored and not named"]) {
      const keyless = round.endsWith("named");
      const unsigned = groupTx(chain, group, [], spend, {
        keyless,
        edit: ({ authInfo, signatures }) => {
          for (const info of authInfo.signerInfos) info.modeInfo = { single: { mode: 0 } };
          signatures[0] = new Uint8Array();
        },
      });
      const { gasUsed } = chain.simulate(unsigned);
      const [all] = chain.deliver(groupTx(chain, group, [0, 1, 2, 3, 4], spend, { keyless }));
      assert.equal(all?.code, 0, all?.log);
      const diff = gasUsed - all.gasUsed;
      // What is not named counts as if it were, and reading the account's key costs what it costs.
      const most = keyless ? 5_000n : 2_000n;
      assert.ok(diff >= 0n && diff < most, `${round}: simulated ${diff} more than used`);
    }
    await chain.stop();
  });

  it("preverify asks for each member once, remembers good ones, and no bad one", async () => {
    const { chain, group, spend } = started(2, 3);
    const txs = Array.from({ length: 8 }, (_, i) =>
      groupTx(chain, group, [0, 1, 2], spend, {
        sequence: BigInt(i),
        ...(i % 4 === 3 ? { edit: bend } : {}),
      }),
    );
    const asked: number[] = [];
    const verify: VerifyBatch = (jobs) => {
      asked.push(jobs.length);
      return jobs.map((job) => verifySecp256k1(job.publicKey, job.digest, job.signature));
    };
    const { state } = chain.first;
    const decode = state.txs.decode.bind(state.txs);
    preverify(state.readCtx(state.base, state.lastBlock), txs.map(decode), verify);
    assert.deepEqual(asked, [24]);
    const accountNumber = chain.read((ctx) => getAccount(ctx, group.address)?.accountNumber ?? -1n);
    const by = { key: group.any.value, accountNumber, chainId: chain.chainId };
    const known = txs.map((tx) => decode(tx).isVerified(0, by));
    assert.deepEqual(known, [true, true, true, false, true, true, true, false]);
    chain.finalize(txs);
    const codes = chain.last.results.map(({ code }) => code);
    assert.deepEqual(codes, [0, 0, 0, 4, 32, 32, 32, 32]);
    await chain.stop();
  });

  it("waits in the mempool, is looked at again after a block, and is taken after a restart", async () => {
    const { chain, group, spend } = started(2, 3, 1, "disk");
    const first = groupTx(chain, group, [0, 1], spend);
    const second = groupTx(chain, group, [1, 2], spend, { sequence: 1n, keyless: true });
    const third = groupTx(chain, group, [0, 2], spend, { sequence: 2n, keyless: true });
    for (const tx of [first, second, third]) assert.equal(chain.submit(tx).code, 0);
    assert.equal(chain.finalize([first]).code, 0);
    assert.deepEqual(chain.mempool, [second, third], "both passed the recheck");
    await chain.restart();
    chain.next();
    assert.deepEqual(
      chain.last.results.map(({ code }) => code),
      [0, 0],
    );
    assert.equal(
      chain.read((ctx) => getAccount(ctx, group.address)?.sequence),
      3n,
    );
    await chain.stop();
  });
});

describe("chain/multisig: wire", () => {
  it("the bytes of a multisignature are one signature of the transaction", () => {
    const { chain, group, spend } = started(2, 3);
    const raw = TxRaw.decode(groupTx(chain, group, [0, 1], spend));
    assert.equal(raw.signatures.length, 1);
    assert.equal(MultiSignature.decode(raw.signatures[0] ?? assert.fail()).signatures.length, 2);
  });
});
