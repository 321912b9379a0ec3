import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeSignDoc, serializeSignDoc, type AminoMsg, type StdFee } from "@cosmjs/amino";
import { AminoTypes, createBankAminoConverters } from "@cosmjs/stargate";
import { assayAminoTypes, assayRegistry } from "../../client/index.ts";
import { decodeTx } from "../../app/tx/decode.ts";
import { aminoDoc } from "../../app/tx/signDoc.ts";
import { aminoMsg } from "../../core/amino/value.ts";
import { canonicalJson } from "../../core/amino/json.ts";
import { toHex, utf8Decode } from "../../core/bytes.ts";
import { TxError } from "../../core/errors.ts";
import { WireScanner } from "../../core/wire/scanner.ts";
import type { Any } from "../../proto/cosmos.ts";
import { routedTypes, sampleMessage, sampleTx } from "../support/aminoSamples.ts";
import { testRegistry } from "../support/driverReplica.ts";
import { seededRandom } from "../support/seededRandom.ts";

const seed = Number(process.env["TEST_SEED"] ?? 1);
const registry = assayRegistry();
const aminoTypes = assayAminoTypes();
const each = 60;

/** The same transaction by CosmJS's own parts: its registry, AminoTypes, makeSignDoc and serializeSignDoc. */
function byCosmjs(tx: ReturnType<typeof decodeTx>, types: AminoTypes): string {
  const { body, authInfo } = tx;
  const { amount = [], gasLimit = 0n, granter = "", payer = "" } = authInfo.fee ?? {};
  const fee: StdFee = {
    ...{ amount, gas: gasLimit.toString() },
    ...(granter === "" ? {} : { granter }),
    ...(payer === "" ? {} : { payer }),
  };
  const msgs = body.messages.map(({ typeUrl, value }): AminoMsg => {
    const msg = types.toAmino({ typeUrl, value: registry.decode({ typeUrl, value }) as unknown });
    return typeUrl.startsWith("/cosmos.bank.") ? withoutEmpty(msg) : msg;
  });
  const sequence = Number(authInfo.signerInfos[0]?.sequence ?? 0n);
  const doc = makeSignDoc(msgs, fee, "assay-1", body.memo, 5, sequence);
  // CosmJS's parameter loses the digits of large heights; the field is text all the same.
  const height = body.timeoutHeight === 0n ? {} : { timeout_height: String(body.timeoutHeight) };
  return utf8Decode(serializeSignDoc({ ...doc, ...height }));
}

function ours(tx: ReturnType<typeof decodeTx>): string {
  return utf8Decode(aminoDoc(tx, 0, { chainId: "assay-1", accountNumber: 5n }));
}

describe("property: amino", () => {
  it("of any messages, DIRECT's bytes give the document that CosmJS makes", (context) => {
    const random = seededRandom(seed);
    const types = routedTypes();
    let count = 0;
    for (const type of types) {
      for (let i = 0; i < each; i++) {
        const list = [type, ...(i % 3 === 0 ? [types[random(types.length)] ?? type] : [])];
        const messages = list.map((name) => sampleMessage(random, name));
        const bytes = sampleTx(random, messages, BigInt(random(1000)));
        const tx = decodeTx(testRegistry(), bytes);
        assert.equal(ours(tx), byCosmjs(tx, aminoTypes), `TEST_SEED=${seed} ${toHex(bytes)}`);
        count += 1;
      }
    }
    context.diagnostic(`${count} documents`);
    context.diagnostic(`reliability: amino documents compared = ${count}`);
  });

  it("of a transfer it is what CosmJS's own converters make", () => {
    const random = seededRandom(seed);
    const types = new AminoTypes(createBankAminoConverters());
    for (const type of ["MsgSend", "MsgMultiSend"]) {
      for (let i = 0; i < each; i++) {
        const message = sampleMessage(random, `/cosmos.bank.v1beta1.${type}`);
        const value: unknown = registry.decode(message);
        const theirs = withoutEmpty(types.toAmino({ typeUrl: message.typeUrl, value }));
        assert.deepEqual(plain(aminoMsg(message)), theirs, `TEST_SEED=${seed}`);
      }
    }
  });

  it("what a wallet gives back is the message that was signed, byte for byte", () => {
    const random = seededRandom(seed);
    for (const type of routedTypes()) {
      for (let i = 0; i < each; i++) {
        const message = sampleMessage(random, type);
        const value: unknown = registry.decode(message);
        const back = aminoTypes.fromAmino(plain(aminoTypes.toAmino({ ...message, value })));
        assert.equal(back.typeUrl, type);
        const again = toHex(registry.encode(back));
        assert.equal(again, toHex(message.value), `TEST_SEED=${seed} ${type}`);
      }
    }
  });

  it("two messages that differ in one bit never have one document", (context) => {
    const random = seededRandom(seed);
    let changed = 0;
    let refused = 0;
    for (const type of routedTypes()) {
      for (let i = 0; i < 20; i++) {
        const message = sampleMessage(random, type);
        const doc = canonicalJson(aminoMsg(message));
        for (let flips = 0; flips < 10 && message.value.length > 0; flips++) {
          const value = Uint8Array.from(message.value);
          const at = random(value.length);
          value[at] = (value[at] ?? 0) ^ (1 << random(8));
          const other = docOf({ typeUrl: type, value });
          if (other === undefined) refused += 1;
          else changed += 1;
          assert.notEqual(other, doc, `TEST_SEED=${seed} ${type} ${toHex(value)}`);
        }
      }
    }
    assert.ok(changed > 500, `cases: got ${changed} that the decoder takes`);
    context.diagnostic(`${changed} other documents, ${refused} refused`);
  });
});

/** undefined: the decoder refuses the bytes, or amino cannot say them. */
function docOf(any: Any): string | undefined {
  const { schema, resolve } = testRegistry();
  const fault = new WireScanner(schema, resolve).scan(any.typeUrl.slice(1), any.value);
  if (fault !== undefined) return undefined;
  try {
    return canonicalJson(aminoMsg(any));
  } catch (error) {
    assert.ok(error instanceof TxError, String(error));
    return undefined;
  }
}

function plain(value: unknown): AminoMsg {
  return JSON.parse(JSON.stringify(value)) as AminoMsg;
}

/** The SDK leaves empty texts out, CosmJS does not: no valid transfer has one. */
function withoutEmpty(value: AminoMsg): AminoMsg {
  return JSON.parse(
    JSON.stringify(value, (_, own: unknown) => (own === "" ? undefined : own)),
  ) as AminoMsg;
}
