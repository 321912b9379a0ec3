import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serializeSignDoc, type StdSignDoc } from "@cosmjs/amino";
import { canonicalJson, type AminoValue } from "../../../../core/amino/json.ts";
import { durationText, timestampText } from "../../../../core/amino/times.ts";
import { aminoMsg, aminoShapeOf } from "../../../../core/amino/value.ts";
import { buildRegistry } from "../../../../app/appRegistry.ts";
import { loadDescriptors } from "../../../../app/appDescriptors.ts";
import { utf8Decode } from "../../../../core/bytes.ts";
import { BugError, TxError } from "../../../../core/errors.ts";
import { seededRandom } from "../../../support/seededRandom.ts";
import { routedTypes } from "../../../support/aminoSamples.ts";
import { PeriodicAllowance, Timestamp } from "../../../../proto/cosmos.ts";

const unsignable = (error: unknown): boolean =>
  error instanceof TxError && error.codespace === "sdk" && error.code === 4;

/** CosmJS's writer takes any JSON. */
const cosmjsText = (value: unknown): string => utf8Decode(serializeSignDoc(value as StdSignDoc));

describe("amino: the text", () => {
  it("every character below U+3000 and a pair is written as CosmJS writes it", () => {
    for (let code = 0; code < 0x3000; code++) {
      if (code === 0x2028 || code === 0x2029) continue;
      const text = `a${String.fromCharCode(code)}b\u{1f600}`;
      assert.equal(canonicalJson(text), cosmjsText(text));
    }
  });

  it("U+2028 and U+2029 are refused: Go escapes them and JavaScript does not", () => {
    for (const text of ["\u2028", "a\u2029"]) assert.throws(() => canonicalJson(text), unsignable);
  });

  it("keys stand in byte order at every level, as CosmJS sorts them", () => {
    const value: AminoValue = {
      b: { z: 1, _: [{ d: true, c: "x" }], Z: "y" },
      a_b: [],
      aB: "",
      a: 0,
    };
    assert.equal(canonicalJson(value), cosmjsText(value));
  });
});

describe("amino: times", () => {
  it("timestamps are those of Date, over all years and at the turns of months", () => {
    const random = seededRandom(Number(process.env["TEST_SEED"] ?? 1));
    const days = [-719_162, -719_163 + 366, -25_509, -1, 0, 11_016, 11_017, 47_540, 2_932_896];
    const seconds = days.flatMap((day) => [day * 86_400, day * 86_400 + 86_399]);
    for (let i = 0; i < 20_000; i++) seconds.push(random(2 ** 32) * 73 - 62_135_596_800);
    for (const second of seconds.filter((own) => own <= 253_402_300_799)) {
      const expected = new Date(second * 1000).toISOString().replace(".000Z", "Z");
      assert.equal(timestampText({ seconds: BigInt(second), nanos: 0n }), expected);
    }
  });

  it("fractions have no zeros at their end", () => {
    const at = (nanos: bigint): string => timestampText({ seconds: 0n, nanos });
    assert.equal(at(500_000_000n), "1970-01-01T00:00:00.5Z");
    assert.equal(at(1n), "1970-01-01T00:00:00.000000001Z");
    assert.equal(at(120n), "1970-01-01T00:00:00.00000012Z");
  });

  it("what is no time in one way only is refused", () => {
    const times = [
      [-62_135_596_801n, 0n],
      [253_402_300_800n, 0n],
      [0n, -1n],
      [0n, 1_000_000_000n],
    ] as const;
    for (const [seconds, nanos] of times)
      assert.throws(() => timestampText({ seconds, nanos }), unsignable);
    const durations = [
      [1n, -1n],
      [-1n, 1n],
      [0n, 1_000_000_000n],
      [0n, -1_000_000_000n],
      [9_223_372_036n, 0n],
    ] as const;
    for (const [seconds, nanos] of durations)
      assert.throws(() => durationText({ seconds, nanos }), unsignable);
    assert.equal(durationText({ seconds: -1n, nanos: -5n }), "-1000000005");
    assert.equal(durationText({ seconds: 0n, nanos: 0n }), "0");
  });
});

describe("amino: the table", () => {
  it("every message that the chain accepts has a name of its own, below 40 letters", () => {
    const names = routedTypes().map((type) => aminoShapeOf(type)?.name ?? "");
    assert.equal(new Set(names).size, names.length);
    const urls = names.filter((name) => name.startsWith("/"));
    // The SDK gives it none either.
    assert.deepEqual(urls, ["/cosmos.feegrant.v1beta1.MsgPruneAllowances"]);
    for (const name of names) assert.ok(name.startsWith("/") || name.length < 40, name);
  });

  it("an app with a message outside of the table does not start", () => {
    const module = {
      ...{ name: "x", version: 1, queries: [], msgs: [] },
      anyTypes: ["/cosmos.auth.v1beta1.MsgUpdateParams"],
    };
    assert.throws(() => buildRegistry([module], loadDescriptors()), BugError);
  });

  it("a message that is not in it is refused, in an Any too", () => {
    const value = new Uint8Array();
    for (const typeUrl of ["/cosmos.auth.v1beta1.MsgUpdateParams", "", "assay.tasks.v1.MsgCommit"])
      assert.throws(() => aminoMsg({ typeUrl, value }), unsignable);
  });

  it("a part that must be there and is not is refused, as by the SDK", () => {
    const typeUrl = "/cosmos.feegrant.v1beta1.PeriodicAllowance";
    const own = { period: { seconds: 1n, nanos: 0 }, basic: { spendLimit: [] } };
    const full = { ...own, periodReset: Timestamp.fromPartial({ seconds: 5n }) };
    const bytes = (fields: object): Uint8Array =>
      PeriodicAllowance.encode(PeriodicAllowance.fromPartial(fields)).finish();
    assert.throws(() => aminoMsg({ typeUrl, value: new Uint8Array() }), unsignable);
    assert.deepEqual(aminoMsg({ typeUrl, value: bytes(full) }), {
      type: "cosmos-sdk/PeriodicAllowance",
      value: {
        basic: { spend_limit: [] },
        period: "1000000000",
        period_can_spend: [],
        period_reset: "1970-01-01T00:00:05Z",
        period_spend_limit: [],
      },
    });
  });
});
