import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Request, Response, type ResponseFinalizeBlock } from "cosmjs-types/tendermint/abci/types";
import fc from "fast-check";
import { readCheckTx } from "../../app/abci/checkTxFrame.ts";
import { encodeCheckTx, encodeFinalizeBlock } from "../../app/abci/encode.ts";
import { FrameReader, frameLength } from "../../app/abci/frames.ts";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

// Lone surrogates included: both encoders must give the same replacement bytes.
const anyText = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: fc.constantFrom("a", "é", "€", "\u{1f600}"), maxLength: 200 }),
);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const edges = fc.constantFrom(0n, 1n, 127n, 128n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, -1n);
const event = fc.record({
  type: anyText,
  attributes: fc.array(fc.record({ key: anyText, value: anyText, index: fc.boolean() }), {
    maxLength: 5,
  }),
});
const result = fc.record({
  code: fc.oneof(fc.nat(40), fc.constantFrom(0, 127, 128, 0xffff_ffff)),
  data: fc.uint8Array({ maxLength: 300 }),
  log: anyText,
  info: anyText,
  gasWanted: fc.oneof(int64, edges),
  gasUsed: fc.oneof(int64, edges),
  events: fc.array(event, { maxLength: 4 }),
  codespace: anyText,
});
const block: fc.Arbitrary<ResponseFinalizeBlock> = fc.record({
  events: fc.array(event, { maxLength: 4 }),
  txResults: fc.array(result, { maxLength: 30 }),
  validatorUpdates: fc.array(
    fc.record({
      pubKey: fc.record({ ed25519: fc.uint8Array({ minLength: 32, maxLength: 32 }) }),
      power: fc.bigInt({ min: 0n, max: 2n ** 60n }),
    }),
    { maxLength: 3 },
  ),
  appHash: fc.uint8Array({ maxLength: 32 }),
});

describe("property: frames", () => {
  it("the fast encoder of a block's results gives the bytes of the generated codec", () => {
    fc.assert(
      fc.property(block, (finalizeBlock) => {
        const expected = Response.encode({ finalizeBlock }).finish();
        assert.equal(text(encodeFinalizeBlock(finalizeBlock)), text(expected));
      }),
      { numRuns: 500 },
    );
  });

  it("the fast encoder of CheckTx gives the bytes of the generated codec", () => {
    fc.assert(
      fc.property(result, (checkTx) => {
        const expected = Response.encode({ checkTx }).finish();
        assert.equal(text(encodeCheckTx(checkTx)), text(expected));
      }),
    );
  });

  it("the fast reader of CheckTx reads what the generated decoder reads, or leaves it to that", () => {
    const edges = fc.constantFrom(0, 1, 125, 126, 127, 128, 16_380, 16_384, 70_000);
    const tx = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      edges.map((length) => new Uint8Array(length).fill(7)),
    );
    let read = 0;
    fc.assert(
      fc.property(tx, fc.constantFrom(0, 1), (bytes, type) => {
        const frame = Request.encode({ checkTx: { tx: bytes, type } }).finish();
        const fast = readCheckTx(frame);
        // Only an empty transaction has no field of its own.
        assert.equal(fast === undefined, bytes.length === 0);
        if (fast === undefined) return;
        read += 1;
        assert.deepEqual(Request.decode(frame).checkTx, fast);
      }),
    );
    assert.ok(read > 0);
    const frame = Request.encode({ checkTx: { tx: new Uint8Array(40).fill(9), type: 1 } }).finish();
    const changed = fc.tuple(fc.nat(frame.length - 1), fc.nat(255), fc.nat(frame.length));
    fc.assert(
      fc.property(changed, ([at, byte, length]) => {
        const other = frame.slice(0, length);
        if (at < length) other[at] = byte;
        const fast = readCheckTx(other);
        if (fast !== undefined) assert.deepEqual(Request.decode(other).checkTx, fast);
      }),
      { numRuns: 2000 },
    );
  });

  it("a block's answer of many megabytes is equal too", () => {
    const attribute = { key: "recipient", value: "x".repeat(1000), index: true };
    const one = { type: "transfer", attributes: [attribute, attribute] };
    const txResults = Array.from({ length: 3000 }, (_, i) => ({
      code: i % 3,
      data: new Uint8Array(i % 500).fill(i),
      log: "",
      info: "",
      gasWanted: BigInt(i) * 1000n,
      gasUsed: 2n ** 40n,
      events: [one],
      codespace: "sdk",
    }));
    const finalizeBlock = {
      events: [one],
      txResults,
      validatorUpdates: [],
      appHash: new Uint8Array(32),
    };
    const expected = Buffer.from(Response.encode({ finalizeBlock }).finish());
    assert.ok(expected.length > 6_000_000);
    assert.ok(expected.equals(encodeFinalizeBlock(finalizeBlock)));
  });

  it("C1: any division into chunks gives the frames that were sent", () => {
    const cuts = fc.array(fc.nat(2000), { maxLength: 30 });
    const parts = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 });
    fc.assert(
      fc.property(parts, cuts, (sent, at) => {
        const stream = Buffer.concat(sent.flatMap((part) => [frameLength(part.length), part]));
        const reader = new FrameReader();
        const received: string[] = [];
        let from = 0;
        for (const to of [...at.sort((a, b) => a - b), stream.length]) {
          reader.append(stream.subarray(from, to));
          from = Math.min(to, stream.length);
          for (let f = reader.next(); f !== undefined; f = reader.next()) received.push(text(f));
        }
        assert.deepEqual(received, sent.map(text));
      }),
      { numRuns: 1000 },
    );
  });
});
