import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Response } from "cosmjs-types/tendermint/abci/types";
import { Request } from "cosmjs-types/tendermint/abci/types";
import { encodeFrame } from "../../../../app/abci/encode.ts";
import {
  FrameReader,
  MAX_FRAME_BYTES,
  ProtocolError,
  frameLength,
} from "../../../../app/abci/frames.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function framesOf(...chunks: Uint8Array[]): Uint8Array[] {
  const reader = new FrameReader();
  const frames: Uint8Array[] = [];
  for (const chunk of chunks) {
    reader.append(chunk);
    for (let f = reader.next(); f !== undefined; f = reader.next()) frames.push(f);
  }
  return frames;
}

describe("abci: frames", () => {
  const requests: [string, string, Partial<Request>][] = [
    ["flush", "021200", { flush: {} }],
    ["echo", "090a070a0568656c6c6f", { echo: { message: "hello" } }],
    [
      "info of Comet 0.38.25",
      "161a140a07302e33382e3235100b18082205322e302e30",
      {
        info: {
          version: "0.38.25",
          blockVersion: 11n,
          p2pVersion: 8n,
          abciVersion: "2.0.0",
        },
      },
    ],
  ];
  for (const [name, bytes, expected] of requests) {
    it(`reads the request vector: ${name}`, () => {
      const [frame] = framesOf(hex(bytes));
      assert.ok(frame);
      assert.deepEqual(Request.decode(frame), Request.fromPartial(expected));
    });
  }

  const none = new Uint8Array();
  const responses: [string, string, Response][] = [
    ["flush", "021a00", { flush: {} }],
    ["echo", "0912070a0568656c6c6f", { echo: { message: "hello" } }],
    [
      "info all zero",
      "022200",
      {
        info: {
          data: "",
          version: "",
          appVersion: 0n,
          lastBlockHeight: 0n,
          lastBlockAppHash: none,
        },
      },
    ],
    ["commit all zero", "026200", { commit: { retainHeight: 0n } }],
    ["process proposal ACCEPT", "059201020801", { processProposal: { status: 1 } }],
  ];
  for (const [name, bytes, response] of responses) {
    it(`writes the response vector: ${name}`, () => {
      assert.equal(text(Buffer.concat(encodeFrame(response))), bytes);
    });
  }

  it("waits for more after a lone length byte 0x80", () => {
    const reader = new FrameReader();
    reader.append(hex("80"));
    assert.equal(reader.next(), undefined);
    reader.append(hex("01"));
    assert.equal(reader.next(), undefined);
    reader.append(new Uint8Array(128).fill(7));
    assert.deepEqual(reader.next(), new Uint8Array(128).fill(7));
  });

  it("C1: cuts the same frames whatever byte the stream is split at", () => {
    const parts = [3, 0, 200, 1, 20_000].map((size, i) => new Uint8Array(size).fill(i));
    const stream = Buffer.concat(parts.flatMap((part) => [frameLength(part.length), part]));
    for (let cut = 0; cut <= 600; cut++) {
      assert.deepEqual(
        framesOf(stream.subarray(0, cut), stream.subarray(cut)).map(text),
        parts.map(text),
      );
    }
  });

  it("cuts the same frames from single bytes", () => {
    const parts = [5, 0, 130].map((size, i) => new Uint8Array(size).fill(i));
    const stream = Buffer.concat(parts.flatMap((part) => [frameLength(part.length), part]));
    const bytes = Array.from(stream, (byte) => Uint8Array.of(byte));
    assert.deepEqual(framesOf(...bytes).map(text), parts.map(text));
  });

  it("takes a length of the cap and refuses one more", () => {
    const reader = new FrameReader();
    reader.append(frameLength(MAX_FRAME_BYTES));
    assert.equal(reader.next(), undefined);
    assert.throws(() => framesOf(frameLength(MAX_FRAME_BYTES + 1)), {
      name: "ProtocolError",
      message: "frame length: expected at most 134217728, got 134217729",
    });
  });

  for (const bytes of ["ffffffffff01", "8080808080", "808080808000"]) {
    it(`C1: refuses the length ${bytes} of more than five bytes`, () => {
      assert.throws(() => framesOf(hex(bytes)), ProtocolError);
    });
  }

  it("C1: lets go of what was read, also when no chunk ends with a frame", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const reader = new FrameReader();
    const frame = [...frameLength(1000), ...new Uint8Array(1000)];
    const chunk = () => Uint8Array.from([...frame.slice(500), ...frame.slice(0, 500)]);
    reader.append(Uint8Array.from(frame.slice(0, 500)));
    const chunks = Array.from({ length: 50 }, () => {
      const bytes = chunk();
      reader.append(bytes);
      assert.equal(reader.next()?.length, 1000);
      return new WeakRef(bytes);
    });
    await new Promise(setImmediate);
    collect();
    const kept = chunks.filter((reference) => reference.deref() !== undefined).length;
    assert.ok(kept <= 2, `chunks: expected at most 2, got ${kept}`);
    assert.equal(reader.next(), undefined);
  });

  it("reads a length of five bytes that is small", () => {
    assert.deepEqual(framesOf(hex("8280808000aabb")).map(text), ["aabb"]);
  });
});
