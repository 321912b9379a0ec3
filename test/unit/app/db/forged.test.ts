import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ByteReader, MalformedError, sourceOf } from "../../../../app/db/bytes.ts";

const reader = (...bytes: number[]): ByteReader => new ByteReader(sourceOf(Uint8Array.from(bytes)));

describe("db: bytes that a forger wrote", () => {
  it("B5: a count of 2^52 items without items is refused and sets nothing aside", () => {
    const forged = reader(...Array.from({ length: 7 }, () => 0xff), 0x07);
    assert.throws(() => forged.list(() => forged.u8()), MalformedError);
  });

  it("D2: a number longer than needed is refused", () => {
    assert.equal(reader(0x81, 0x01).uvarint(), 129);
    assert.equal(reader(0x00).uvarint(), 0);
    for (const bytes of [
      [0x80, 0x00],
      [0x81, 0x80, 0x00],
    ])
      assert.throws(() => reader(...bytes).uvarint(), MalformedError);
  });

  it("D11: a name that is not UTF-8 is refused", () => {
    assert.equal(reader(2, 0xc3, 0xa9).text(), "\u00e9");
    assert.throws(() => reader(1, 0xff).text(), MalformedError);
  });
});
