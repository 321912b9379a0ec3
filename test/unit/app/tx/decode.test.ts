import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readPlainTx, type TxParts } from "../../../../app/tx/plainTx.ts";
import { decodeTx, readTx } from "../../../../app/tx/decode.ts";
import { TxCache } from "../../../../app/tx/cache.ts";
import { TxError } from "../../../../core/errors.ts";
import {
  AuthInfo,
  LegacyAminoPubKey as LegacyKey,
  MsgSend,
  TxBody,
  TxRaw,
  type Any,
} from "../../../../proto/cosmos.ts";
import { testRegistry } from "../../../support/driverReplica.ts";
import { keyAny, msg } from "../../../support/driverTx.ts";
import { testKey } from "../../../support/keys.ts";

const registry = testRegistry();
const alice = testKey("alice");
const send = msg("/cosmos.bank.v1beta1.MsgSend", MsgSend, {
  fromAddress: alice.address,
  toAddress: alice.address,
  amount: [{ denom: "uassay", amount: "1" }],
});

type Parts = { body?: Uint8Array; auth?: Uint8Array; end?: string; signed?: number };

const bodyOf = (messages: Any[], rest: Partial<TxBody> = {}): Uint8Array =>
  TxBody.encode(TxBody.fromPartial({ messages, ...rest })).finish();
const authOf = (publicKey?: Any): Uint8Array =>
  AuthInfo.encode(
    AuthInfo.fromPartial({
      signerInfos: [
        {
          ...(publicKey === undefined ? {} : { publicKey }),
          modeInfo: { single: { mode: 1 } },
          sequence: 3n,
        },
      ],
      fee: { amount: [], gasLimit: 1000n },
    }),
  ).finish();

function txOf({
  body = bodyOf([send]),
  auth = authOf(keyAny(alice)),
  end = "",
  signed = 0,
}: Parts): Uint8Array {
  const raw = TxRaw.encode({
    ...{ bodyBytes: body, authInfoBytes: auth },
    signatures: [new Uint8Array(64).fill(signed)],
  }).finish();
  return Buffer.concat([raw, Buffer.from(end, "hex")]);
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

function faultOf(bytes: Uint8Array): string {
  try {
    decodeTx(registry, bytes);
    return "passed";
  } catch (error) {
    assert.ok(error instanceof TxError);
    assert.deepEqual([error.codespace, error.code], ["sdk", 2]);
    assert.match(error.message, /: tx parse error$/);
    return error.message;
  }
}

describe("tx: decode", () => {
  it("reads a transaction and keeps the received bytes", () => {
    const bytes = txOf({});
    const tx = decodeTx(registry, bytes);
    assert.equal(tx.size, bytes.length);
    assert.equal(tx.gasLimit, 1000n);
    assert.equal(tx.messages[0]?.signer, alice.address);
    assert.equal(tx.messages[0]?.typeUrl, "/cosmos.bank.v1beta1.MsgSend");
  });

  const group = (depth: number): Uint8Array => new Uint8Array(depth).fill(0x0b);
  const odd: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["no bytes", new Uint8Array(), /empty/],
    [
      "an unknown field at the end of the body",
      txOf({ body: join(bodyOf([send]), hex("a00601")) }),
      /TxBody: field 100/,
    ],
    [
      "a non-critical unknown field",
      txOf({ body: join(bodyOf([send]), hex("807e01")) }),
      /TxBody: field 2016/,
    ],
    ["an unknown field of the envelope", txOf({ end: "2a0101" }), /TxRaw: field 5/],
    ["an overlong timeout height", txOf({ body: join(bodyOf([send]), hex("188100")) }), /shortest/],
    ["an explicit empty memo", txOf({ body: join(bodyOf([send]), hex("1200")) }), /default/],
    ["a memo that is not UTF-8", txOf({ body: join(bodyOf([send]), hex("1201ff")) }), /UTF-8/],
    [
      "surrogates that survive a round trip",
      txOf({ body: join(bodyOf([send]), hex("1203eda080")) }),
      /UTF-8/,
    ],
    ["the last surrogate", txOf({ body: join(bodyOf([send]), hex("1203edbfbf")) }), /UTF-8/],
    ["memo before messages", txOf({ body: join(hex("120141"), bodyOf([send])) }), /ascending/],
    ["a timeout as bytes", txOf({ body: join(bodyOf([send]), hex("1a0101")) }), /wire type/],
    ["10,262 nested groups in the body", txOf({ body: group(10_262) }), /wire type/],
    ["nested groups as envelope", group(20_000), /wire type/],
    [
      "a message of an unknown type",
      txOf({ body: bodyOf([{ typeUrl: "/a.B", value: hex("") }]) }),
      /type URL \/a.B/,
    ],
    ["a type without handler", txOf({ body: bodyOf([keyAny(alice)]) }), /type URL \/cosmos.crypto/],
    [
      "a message in another form",
      txOf({ body: bodyOf([{ ...send, value: join(send.value, hex("2200")) }]) }),
      /known number/,
    ],
    [
      "an unknown field in a public key",
      txOf({ auth: authOf({ ...keyAny(alice), value: join(keyAny(alice).value, hex("1001")) }) }),
      /AuthInfo: field 2/,
    ],
    [
      "a key of an unknown type",
      txOf({ auth: authOf({ typeUrl: "/a.Key", value: hex("") }) }),
      /type URL \/a.Key/,
    ],
    [
      "an unknown field in the auth info",
      txOf({ auth: join(authOf(), hex("2201 01".replace(" ", ""))) }),
      /AuthInfo: field 4/,
    ],
    ["a doubled signature list out of order", join(txOf({}), hex("0a00")), /ascending|default/],
    ["CometBFT's key=value load", new TextEncoder().encode("key=value"), /TxRaw/],
  ];
  for (const [what, bytes, reason] of odd) {
    it(`D2: refuses ${what}`, () => assert.match(faultOf(bytes), reason));
  }

  it("B4: counts fields over the whole transaction", () => {
    assert.equal(faultOf(txOf({ body: bodyOf(Array<Any>(90).fill(send)) })), "passed");
    assert.match(faultOf(txOf({ body: bodyOf(Array<Any>(200).fill(send)) })), /fields/);
  });

  it("B4: a multisig key within ten levels passes the decoder", () => {
    const multi = (publicKeys: Any[]): Any =>
      msg("/cosmos.crypto.multisig.LegacyAminoPubKey", LegacyKey, { threshold: 1, publicKeys });
    assert.equal(faultOf(txOf({ auth: authOf(multi([keyAny(alice)])) })), "passed");
    const deep = multi([multi([multi([multi([keyAny(alice)])])])]);
    assert.match(faultOf(txOf({ auth: authOf(deep) })), /depth/);
  });

  it("takes empty sub-messages as wallets write them", () => {
    const auth = AuthInfo.encode(
      AuthInfo.fromPartial({ signerInfos: [{ modeInfo: { single: {} } }], fee: {} }),
    ).finish();
    assert.equal(faultOf(txOf({ auth })), "passed");
  });

  it("an address that is none is the message's fault, not the decoder's", () => {
    const bad = msg("/cosmos.bank.v1beta1.MsgSend", MsgSend, { fromAddress: "nobody" });
    const tx = decodeTx(registry, txOf({ body: bodyOf([bad]) }));
    assert.throws(
      () => tx.messages,
      (error) => error instanceof TxError && error.code === 7,
    );
  });
});

describe("tx: the plain form", () => {
  const json = ({ raw, body, authInfo }: TxParts): object => ({
    raw: TxRaw.toJSON(raw),
    body: TxBody.toJSON(body),
    authInfo: AuthInfo.toJSON(authInfo),
  });
  const fee = { amount: [{ denom: "uassay", amount: "200" }], gasLimit: 300_000n };
  const plainAuth = (fields: object = {}): Uint8Array =>
    AuthInfo.encode(
      AuthInfo.fromPartial({
        signerInfos: [
          { publicKey: keyAny(alice), modeInfo: { single: { mode: 1 } }, sequence: 300n },
        ],
        fee,
        ...fields,
      }),
    ).finish();

  it("is read in one pass to what the general decoder reads", () => {
    const bodies = [bodyOf([send]), bodyOf([send], { memo: "a".repeat(200) })];
    const auths = [
      plainAuth(),
      plainAuth({ fee: { ...fee, amount: [] } }),
      plainAuth({ fee: { ...fee, gasLimit: 127n } }),
      plainAuth({ fee: { ...fee, gasLimit: 2n ** 40n } }),
    ];
    for (const body of bodies) {
      for (const auth of auths) {
        const bytes = txOf({ body, auth });
        const plain = readPlainTx(registry, bytes);
        assert.ok(plain !== undefined);
        assert.deepEqual(json(plain), json(readTx(registry, bytes)));
      }
    }
  });

  it("is left to the general decoder where anything else stands, and read the same by decodeTx", () => {
    const others = [
      txOf({ auth: plainAuth(), body: bodyOf([send, send]) }),
      txOf({ auth: plainAuth(), body: bodyOf([send], { memo: "é" }) }),
      txOf({ auth: plainAuth(), body: bodyOf([send], { timeoutHeight: 5n }) }),
      txOf({ auth: plainAuth({ fee: { ...fee, payer: alice.address } }) }),
      txOf({ auth: plainAuth({ fee: { ...fee, gasLimit: 2n ** 50n } }) }),
      txOf({ auth: plainAuth({ fee: { ...fee, amount: [...fee.amount, ...fee.amount] } }) }),
      txOf({ auth: plainAuth({ signerInfos: [{ modeInfo: { single: { mode: 1 } } }] }) }),
      txOf({ auth: plainAuth({ signerInfos: [{ publicKey: keyAny(alice) }] }) }),
    ];
    for (const bytes of others) {
      assert.equal(readPlainTx(registry, bytes), undefined);
      assert.deepEqual(json(decodeTx(registry, bytes)), json(readTx(registry, bytes)));
    }
    for (let cut = 0; cut < 40; cut++) {
      const bytes = txOf({ auth: plainAuth() });
      assert.equal(readPlainTx(registry, bytes.subarray(0, bytes.length - 1 - cut)), undefined);
    }
  });
});

describe("tx: cache", () => {
  it("gives the same transaction for the same bytes and forgets the oldest", () => {
    const cache = new TxCache(registry, 4);
    const txs = Array.from({ length: 10 }, (_, signed) => txOf({ signed }));
    const [first] = txs;
    assert.ok(first !== undefined);
    assert.equal(cache.decode(first), cache.decode(Uint8Array.from(first)));
    for (const tx of txs) cache.decode(tx);
    assert.ok(cache.size <= 4);
    assert.throws(() => cache.decode(Uint8Array.of(1)));
  });

  it("keeps nothing of what a block has had, and all of the rest", () => {
    const cache = new TxCache(registry, 40);
    const txs = Array.from({ length: 7 }, (_, signed) => txOf({ signed }));
    const decoded = txs.map((tx) => cache.decode(tx));
    cache.forget([...txs.slice(0, 4), Uint8Array.of(1)]);
    assert.equal(cache.size, 3);
    for (const [i, tx] of txs.entries()) assert.equal(cache.decode(tx) === decoded[i], i >= 4);
  });

  it("never takes one transaction for another that ends alike", () => {
    const cache = new TxCache(registry, 40);
    const [one, other] = ["one", "other"].map((memo) => txOf({ body: bodyOf([send], { memo }) }));
    assert.ok(one !== undefined && other !== undefined);
    for (const bytes of [one, other, one, other]) {
      assert.equal(cache.decode(bytes).body.memo, bytes === one ? "one" : "other");
      assert.equal(cache.size, 1);
    }
    for (const short of [Uint8Array.of(1), new Uint8Array()])
      assert.throws(() => cache.decode(short));
    cache.forget([one]);
    assert.equal(cache.size, 0);
  });

  it("a signature found good counts for that key, account number and chain alone", () => {
    const tx = decodeTx(registry, txOf({}));
    const key = alice.publicKey;
    const by = { key, accountNumber: 3n, chainId: "a-1" };
    assert.equal(tx.isVerified(0, by), false);
    tx.setVerified(0, by);
    assert.equal(tx.isVerified(0, { ...by, key: Uint8Array.from(key) }), true);
    assert.equal(tx.isVerified(1, by), false);
    const other = { ...by, key: Uint8Array.from(key).fill(1, 32) };
    for (const wrong of [other, { ...by, accountNumber: 4n }, { ...by, chainId: "a-2" }])
      assert.equal(tx.isVerified(0, wrong), false);
  });
});
