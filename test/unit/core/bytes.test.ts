import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  bytesFromKey,
  compareAscii,
  compareBytes,
  concatBytes,
  equalBytes,
  fromHex,
  keyFromBytes,
  toHex,
  u64Bytes,
  u256FromBytes,
  u64FromBytes,
  utf8Decode,
  utf8Encode,
} from "../../../core/bytes.ts";
import { BugError } from "../../../core/errors.ts";

const bytes = fc.uint8Array({ maxLength: 40 });

describe("core: bytes", () => {
  it("D8: orders bytes as Buffer.compare does", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        assert.equal(Math.sign(compareBytes(a, b)), Buffer.compare(a, b));
        assert.equal(equalBytes(a, b), Buffer.compare(a, b) === 0);
        assert.equal(compareAscii(keyFromBytes(a), keyFromBytes(b)), Buffer.compare(a, b));
      }),
    );
  });

  it("turns bytes into keys and back", () => {
    fc.assert(fc.property(bytes, (a) => assert.deepEqual(bytesFromKey(keyFromBytes(a)), a)));
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    assert.deepEqual(bytesFromKey(keyFromBytes(all)), all);
  });

  it("writes hex in lower case and reads both cases", () => {
    fc.assert(
      fc.property(bytes, (a) => {
        assert.equal(toHex(a), Buffer.from(a).toString("hex"));
        assert.deepEqual(fromHex(toHex(a)), a);
        assert.deepEqual(fromHex(toHex(a).toUpperCase()), a);
      }),
    );
  });

  it("reads nothing but hex as hex", () => {
    for (const text of ["0", "0g", "g0", " 0", "0x", "٠٠", "//", "::", "@@", "``"]) {
      assert.equal(fromHex(text), undefined, text);
    }
    assert.deepEqual(fromHex(""), new Uint8Array());
  });

  it("D4: writes u64 big-endian at its bounds and refuses what does not fit", () => {
    for (const value of [0n, 1n, 2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      assert.equal(toHex(u64Bytes(value)), value.toString(16).padStart(16, "0"));
      assert.equal(u64FromBytes(u64Bytes(value)), value);
    }
    for (const value of [-1n, 2n ** 64n, 2n ** 128n])
      assert.throws(() => u64Bytes(value), BugError);
    for (const length of [0, 7, 9])
      assert.throws(() => u64FromBytes(new Uint8Array(length)), BugError);
  });

  it("reads a u64 from the middle of a larger buffer", () => {
    const outer = concatBytes(Uint8Array.of(9, 9), u64Bytes(77n));
    assert.equal(u64FromBytes(outer.subarray(2)), 77n);
  });

  it("reads a hash as the number that it is", () => {
    for (const value of [0n, 1n, 2n ** 64n, 2n ** 191n + 5n, 2n ** 256n - 1n]) {
      const bytes = fromHex(value.toString(16).padStart(64, "0")) ?? assert.fail();
      assert.equal(u256FromBytes(concatBytes(Uint8Array.of(9), bytes).subarray(1)), value);
    }
    for (const length of [0, 31, 33])
      assert.throws(() => u256FromBytes(new Uint8Array(length)), BugError);
  });

  it("D11: refuses bytes that are not UTF-8 and keeps a byte order mark", () => {
    for (const hex of ["ff", "c0af", "eda080", "f4908080", "e282"]) {
      assert.throws(() => utf8Decode(Buffer.from(hex, "hex")), hex);
    }
    const mark = Buffer.from("efbbbf61", "hex");
    assert.deepEqual(Buffer.from(utf8Encode(utf8Decode(mark))), mark);
  });

  it("joins parts in order", () => {
    fc.assert(
      fc.property(fc.array(bytes), (parts) => {
        assert.deepEqual(concatBytes(...parts), Uint8Array.from(Buffer.concat(parts)));
      }),
    );
  });
});
