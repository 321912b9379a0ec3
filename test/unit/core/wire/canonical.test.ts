import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { WireScanner } from "../../../../core/wire/scanner.ts";
import { MsgPublishRelease } from "../../../../proto/gen/assay/registry/v1/tx.ts";
import { MsgRequestTask } from "../../../../proto/gen/assay/tasks/v1/tx.ts";
import { AuthInfo, MsgSend, TxBody, TxRaw } from "../../../../proto/cosmos.ts";
import { testRegistry } from "../../../support/driverReplica.ts";

type Codec = {
  encode(message: never): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
  fromPartial(fields: never): unknown;
};

const key = { typeUrl: "/cosmos.crypto.secp256k1.PubKey", value: Uint8Array.of(10, 1, 7) };
const send = MsgSend.encode(
  MsgSend.fromPartial({ fromAddress: "a", toAddress: "b", amount: [{ denom: "x", amount: "1" }] }),
).finish();

/** A seed per message type that fills most of its fields. */
const seeds: readonly (readonly [string, Codec, object])[] = [
  [
    "cosmos.tx.v1beta1.TxRaw",
    TxRaw,
    {
      bodyBytes: Uint8Array.of(1),
      authInfoBytes: Uint8Array.of(2),
      signatures: [Uint8Array.of(3)],
    },
  ],
  [
    "cosmos.tx.v1beta1.TxBody",
    TxBody,
    {
      messages: [{ typeUrl: "/cosmos.bank.v1beta1.MsgSend", value: send }],
      ...{ memo: "é", timeoutHeight: 300n, unordered: true },
      timeoutTimestamp: { seconds: 5n, nanos: 6 },
      extensionOptions: [key],
    },
  ],
  [
    "cosmos.tx.v1beta1.AuthInfo",
    AuthInfo,
    {
      signerInfos: [
        { publicKey: key, modeInfo: { single: { mode: 1 } }, sequence: 200n },
        {
          modeInfo: {
            multi: {
              bitarray: { extraBitsStored: 2, elems: Uint8Array.of(192) },
              modeInfos: [{ single: { mode: 127 } }, { single: { mode: 0 } }],
            },
          },
        },
      ],
      fee: { amount: [{ denom: "x", amount: "1" }], gasLimit: 1000n, payer: "p", granter: "g" },
    },
  ],
  [
    "assay.tasks.v1.MsgRequestTask",
    MsgRequestTask,
    { requester: "a", service: "s", version: "1", task: "t", maxFee: "5", validators: 3 },
  ],
  [
    "assay.registry.v1.MsgPublishRelease",
    MsgPublishRelease,
    { owner: "a", service: "s", version: "1.0.0" },
  ],
];

/** What an attacker does to bytes: flips, cuts, doubles, inserts. */
function mutate(bytes: Uint8Array, kind: number, at: number, byte: number): Uint8Array {
  const i = bytes.length === 0 ? 0 : at % bytes.length;
  switch (kind) {
    case 0:
      return bytes.map((old, j) => (j === i ? byte : old));
    case 1:
      return Uint8Array.from([...bytes.slice(0, i), byte, ...bytes.slice(i)]);
    case 2:
      return Uint8Array.from([...bytes.slice(0, i), ...bytes.slice(i + 1)]);
    case 3:
      return bytes.slice(0, i);
    default:
      return Uint8Array.from([...bytes, ...bytes.slice(0, i)]);
  }
}

describe("wire: D2: what the scanner passes is what the encoder writes", () => {
  const { schema, resolve } = testRegistry();
  const fault = (name: string, bytes: Uint8Array): string | undefined =>
    new WireScanner(schema, resolve).scan(name, bytes);

  for (const [name, codec, fields] of seeds) {
    const seed = codec.encode(codec.fromPartial(fields as never) as never).finish();

    it(`${name}: an encoder's bytes pass`, () => {
      assert.ok(seed.length > 5);
      assert.equal(fault(name, seed), undefined);
    });

    it(`${name}: mutants that pass re-encode to themselves`, () => {
      let passed = 0;
      fc.assert(
        fc.property(
          fc.array(
            fc.tuple(fc.nat(4), fc.nat(400), fc.oneof(fc.nat(255), fc.nat(12), fc.constant(0))),
            { minLength: 1, maxLength: 3 },
          ),
          (steps) => {
            let bytes = seed;
            for (const [kind, at, byte] of steps) bytes = mutate(bytes, kind, at, byte);
            if (fault(name, bytes) !== undefined) return;
            passed += 1;
            const again = codec.encode(codec.decode(bytes) as never).finish();
            assert.deepEqual(Buffer.from(again), Buffer.from(bytes));
          },
        ),
        { numRuns: 4000 },
      );
      assert.ok(passed > 20, `expected some mutants to pass, got ${passed}`);
    });
  }
});
