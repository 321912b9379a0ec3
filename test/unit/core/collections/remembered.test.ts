import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyFromBytes, utf8Decode, utf8Encode } from "../../../../core/bytes.ts";
import type { Codec } from "../../../../core/codec.ts";
import { addressKey } from "../../../../core/collections/keys.ts";
import { recent, remembered, rememberedWritten } from "../../../../core/collections/remembered.ts";
import { addressFromBytes } from "../../../../core/crypto/bech32.ts";

describe("remembered codec", () => {
  it("decodes the same array once, other arrays of the same bytes anew, all to the same value", () => {
    let decodes = 0;
    const codec: Codec<{ text: string }> = {
      encode: ({ text }) => utf8Encode(text),
      decode: (bytes) => ({ text: utf8Decode(bytes), number: ++decodes }),
    };
    const { encode, decode } = remembered(codec);
    const bytes = encode({ text: "a" });
    assert.equal(decode(bytes), decode(bytes));
    assert.equal(decodes, 1);
    assert.equal(decode(Uint8Array.from(bytes)).text, "a");
    assert.equal(decodes, 2);
  });

  it("gives frozen values: a reader cannot change what others read", () => {
    const codec: Codec<{ text: string }> = {
      encode: ({ text }) => utf8Encode(text),
      decode: (bytes) => ({ text: utf8Decode(bytes) }),
    };
    const value = remembered(codec).decode(utf8Encode("a"));
    assert.throws(() => (value.text = "b"), TypeError);
    assert.equal(value.text, "a");
  });

  it("keeps the last ones read or written, and forgetting changes no value", () => {
    let decodes = 0;
    const codec: Codec<{ text: string }> = {
      encode: ({ text }) => utf8Encode(text),
      decode(bytes) {
        decodes++;
        return { text: utf8Decode(bytes) };
      },
    };
    const { encode, decode } = recent(codec, 8);
    const written = Array.from({ length: 20 }, (_, i) => encode({ text: String(i) }));
    assert.deepEqual(
      written.slice(-4).map((bytes) => decode(bytes).text),
      ["16", "17", "18", "19"],
    );
    assert.equal(decodes, 0);
    assert.deepEqual(
      written.map((bytes) => decode(bytes).text),
      written.map((_, i) => String(i)),
    );
    assert.ok(decodes >= 12, `${decodes} decoded anew`);
    assert.throws(() => (decode(written[0] ?? new Uint8Array()).text = "b"), TypeError);
  });

  it("what was written is not decoded, and stays what it was when it was written", () => {
    let decodes = 0;
    const codec: Codec<{ text: string }> = {
      encode: ({ text }) => utf8Encode(text),
      decode(bytes) {
        decodes++;
        return { text: utf8Decode(bytes) };
      },
    };
    const { encode, decode } = rememberedWritten(codec);
    const value = { text: "a" };
    const bytes = encode(value);
    value.text = "b";
    assert.equal(decode(bytes).text, "a");
    assert.equal(decodes, 0);
    assert.throws(() => (decode(bytes).text = "b"), TypeError);
    assert.equal(decode(Uint8Array.from(bytes)).text, "a");
    assert.equal(decodes, 1);
  });
});

describe("key of an address", () => {
  it("is the same for more addresses than are remembered, and again", () => {
    const bytesAt = (i: number): Uint8Array => {
      const bytes = new Uint8Array(i % 2 === 0 ? 20 : 32);
      new DataView(bytes.buffer).setUint32(4, i);
      return bytes;
    };
    for (const i of [...Array(132_000).keys(), 0, 1, 131_999]) {
      const bytes = bytesAt(i);
      const text = addressKey.encode(addressFromBytes(bytes), true);
      if (text !== keyFromBytes(bytes)) assert.fail(`address ${i}`);
    }
  });
});
