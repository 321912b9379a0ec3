import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WireScanner } from "../../../../core/wire/scanner.ts";
import type { FieldShape, WireSchema } from "../../../../core/wire/schema.ts";

const field = (shape: Partial<FieldShape>): FieldShape => ({
  ...{ kind: "uint64", repeated: false, packed: false, presence: false, oneof: 0, message: "" },
  ...shape,
});

const schema: WireSchema = new Map([
  [
    "T",
    new Map([
      [1, field({ kind: "uint64" })],
      [2, field({ kind: "string" })],
      [3, field({ kind: "message", message: "T", presence: true })],
      [4, field({ kind: "uint32", repeated: true, packed: true })],
      [5, field({ kind: "bytes", repeated: true })],
      [6, field({ kind: "int32" })],
      [7, field({ kind: "bool" })],
      [8, field({ kind: "uint32", presence: true, oneof: 1 })],
      [9, field({ kind: "string", presence: true, oneof: 1 })],
      [10, field({ kind: "fixed32" })],
      [11, field({ kind: "fixed64" })],
      [12, field({ kind: "message", message: "google.protobuf.Any", presence: true })],
      [16, field({ kind: "message", message: "T", repeated: true })],
    ]),
  ],
  [
    "google.protobuf.Any",
    new Map([
      [1, field({ kind: "string" })],
      [2, field({ kind: "bytes" })],
    ]),
  ],
]);

const scan = (hex: string, depth = 1): string | undefined =>
  new WireScanner(schema, (url) => (url === "/T" ? "T" : undefined)).scan(
    "T",
    Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex")),
    depth,
  );

describe("wire: what passes", () => {
  const good: readonly (readonly [string, string])[] = [
    ["an empty message", ""],
    ["a varint", "0801"],
    ["the largest uint64", "08ffffffffffffffffff01"],
    ["text", "1203e282ac"],
    ["a byte order mark, which is text", "1204efbbbf41"],
    ["an empty nested message", "1a00"],
    ["a packed list with zeros", "22020001"],
    ["a list of bytes with an empty one", "2a002a0101"],
    ["a negative int32 in 64 bits", "30ffffffffffffffffff01"],
    ["true", "3801"],
    ["an explicit zero in a oneof", "4000"],
    ["fixed numbers", "5501000000 590100000000000000"],
    ["an Any of a known type", "6208 0a022f54 12020801"],
    ["an Any without value", "6204 0a022f54"],
    ["several messages of a list", "820100 820100"],
  ];
  for (const [what, hex] of good) it(what, () => assert.equal(scan(hex), undefined));
});

describe("wire: D2: what does not pass", () => {
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ["an unknown field", "a80101", /known number/],
    ["field number 0", "0001", /known number/],
    ["a group", "0b0c", /wire type/],
    ["another wire type", "0a0101", /wire type 0, got 2/],
    ["a list of numbers that is not packed", "2001", /wire type 2, got 0/],
    ["an overlong varint", "088100", /shortest/],
    ["an overlong tag", "880001", /shortest/],
    ["an overlong length", "12810041", /shortest/],
    ["a varint of more than 64 bits", "08ffffffffffffffffff02", /64 bits/],
    ["a varint of eleven bytes", "08ffffffffffffffffffff01", /64 bits|10 bytes/],
    ["a varint that is cut off", "0880", /more bytes/],
    ["a length beyond the end", "120541", /length to fit/],
    ["a length of 2^32 and more", "1280808080 1041", /length to fit|more bytes/],
    ["an explicit default number", "0800", /default/],
    ["an explicit default text", "1200", /default/],
    ["an empty packed list", "2200", /default/],
    ["false", "3800", /default/],
    ["a bool of 2", "3802", /bool/],
    ["an int32 above its width", "308080808008", /int32/],
    ["a negative int32 in 32 bits", "30ffffffff0f", /int32/],
    ["a uint32 above its width in a packed list", "2205ffffffff1f", /uint32/],
    ["a scalar twice", "08010802", /ascending/],
    ["fields out of order", "12014108 01", /ascending/],
    ["a packed list in two parts", "220101220101", /ascending/],
    ["two members of a oneof", "4001 4a0141", /oneof/],
    ["a zero fixed32", "5500000000", /default/],
    ["a fixed64 that is cut off", "5901000000", /more bytes/],
    ["a surrogate", "1203eda080", /UTF-8/],
    ["the last surrogate", "1203edbfbf", /UTF-8/],
    ["a lone byte", "1201ff", /UTF-8/],
    ["an Any of an unknown type", "6204 0a022f55", /type URL \/U/],
    ["an Any without type", "6200", /type URL/],
    ["an Any with a value before its type", "6204 12020801", /type URL/],
    ["what an Any holds", "6208 0a022f54 12020800", /default/],
    ["a nested fault", "1a021200", /default/],
  ];
  for (const [what, hex, reason] of bad) {
    it(what, () => assert.match(scan(hex) ?? "passed", reason));
  }
});

describe("wire: limits", () => {
  const nested = (levels: number): string => {
    let bytes = Buffer.alloc(0);
    for (let i = 0; i < levels; i++) bytes = Buffer.concat([Buffer.of(0x1a, bytes.length), bytes]);
    return bytes.toString("hex");
  };

  it("B4: ten levels pass and eleven do not", () => {
    assert.equal(scan(nested(9)), undefined);
    assert.match(scan(nested(10)) ?? "", /depth/);
    assert.equal(scan(nested(8), 2), undefined);
    assert.match(scan(nested(9), 2) ?? "", /depth/);
  });

  it("B4: a thousand fields pass and one more does not, over all scans of one instance", () => {
    assert.equal(scan("820100".repeat(1000)), undefined);
    assert.match(scan("820100".repeat(1001)) ?? "", /fields/);
    const scanner = new WireScanner(schema, () => undefined);
    const half = Uint8Array.from(Buffer.from("820100".repeat(600), "hex"));
    assert.equal(scanner.scan("T", half), undefined);
    assert.match(scanner.scan("T", half) ?? "", /fields/);
  });

  it("D1: a megabyte of nested groups is refused at its first byte", () => {
    assert.match(scan("0b".repeat(20_000)) ?? "", /wire type/);
  });

  it("names an unknown message", () => {
    const scanner = new WireScanner(schema, () => undefined);
    assert.match(scanner.scan("U", new Uint8Array()) ?? "", /known type, got U/);
  });
});
