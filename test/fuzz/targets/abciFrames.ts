import assert from "node:assert/strict";
import type { DescMessage } from "@bufbuild/protobuf";
import { Request, Response } from "cosmjs-types/tendermint/abci/types";
import { readCheckTx } from "../../../app/abci/checkTxFrame.ts";
import { answerFrame } from "../../../app/abci/dispatch.ts";
import { encodeFrame } from "../../../app/abci/encode.ts";
import { frameLength, FrameReader, ProtocolError } from "../../../app/abci/frames.ts";
import { equalBytes } from "../../../core/bytes.ts";
import { plainHandlers, requestFrame } from "../../support/abci.ts";
import { testRegistry } from "../../support/driverReplica.ts";
import { corpusTxs } from "../corpus.ts";
import type { Target } from "../harness.ts";
import { Mutator } from "../mutate.ts";
import { sampleOf } from "../samples.ts";
import { difference, reencoded, secondCodec } from "../secondCodec.ts";
import { editBytes, type Random } from "../bytesEdits.ts";

/** Streams as a hostile peer would send them to the socket: frames whole and cut, lengths true and not. */
export const framesTarget: Target = {
  name: "ABCI frames",
  inputs: 100_000,
  make(random) {
    const seeds = requestSeeds(random);
    const mutator = new Mutator(random, seeds);
    const handlers = plainHandlers();
    const facts = { "frames answered": 0 };
    let compared = 0;
    const second = secondCodec("tendermint.abci.Request");
    const answers = secondCodec("tendermint.abci.Response");
    return {
      next() {
        const frames: Uint8Array[] = [];
        for (let count = 1 + random(4); count > 0; count--) {
          const body = mutator.next();
          frames.push(frameLength(body.length), body);
        }
        const stream = Buffer.concat(frames);
        return random(3) === 0 ? editBytes(random, stream, [stream]) : stream;
      },
      run(stream) {
        const whole = read(stream, [stream]);
        const bytes = Array.from(stream, (_, i) => stream.subarray(i, i + 1));
        assert.deepEqual(read(stream, bytes), whole, "cut into bytes: expected the same frames");
        let refused = whole.refused;
        for (const frame of whole.frames) {
          shortReaderAgrees(frame);
          if (secondCodecAgrees(second, frame)) compared += 1;
          try {
            const answer = answerFrame(handlers, frame);
            assert.ok(!(answer instanceof Promise));
            const [, body] = encodeFrame(answer);
            const again = Response.encode(Response.decode(body)).finish();
            assert.ok(equalBytes(again, body), "answer: expected to be read as it was written");
            assert.equal(difference(answers, body, answer), undefined);
            facts["frames answered"] += 1;
          } catch (error) {
            assert.ok(error instanceof ProtocolError || isOversizedProposal(error), String(error));
            refused = true;
            break;
          }
        }
        return refused ? "rejected" : "accepted";
      },
      facts: () => facts,
      counts: () => ({ "read by two codecs: ABCI requests": compared }),
    };
  },
};

/** The reader of CheckTx by hand: what it takes is what the generated codec reads there, and nothing else. */
function shortReaderAgrees(frame: Uint8Array): void {
  const short = readCheckTx(frame);
  if (short === undefined) return;
  const { checkTx, ...others } = Request.decode(frame);
  assert.ok(checkTx !== undefined && equalBytes(checkTx.tx, short.tx));
  assert.equal(checkTx.type, short.type);
  assert.ok(Object.values(others).every((other) => other === undefined));
}

/**
 * What another codec reads of the same bytes, field by field. Of bytes that it writes otherwise (a field twice, a
 * longer varint) its own form is read: CometBFT sends no other.
 */
function secondCodecAgrees(second: DescMessage, frame: Uint8Array): boolean {
  // It takes most of the time.
  if (frame.length % 2 !== 0) return false;
  const canonical = reencoded(second, frame);
  if (canonical === undefined) return false;
  assert.equal(difference(second, canonical, Request.decode(canonical)), undefined);
  return true;
}

/** The stub hands on what it was given; the real app fits its proposals. */
function isOversizedProposal(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("prepareProposal size:");
}

function read(
  stream: Uint8Array,
  chunks: readonly Uint8Array[],
): { readonly frames: readonly Uint8Array[]; readonly refused: boolean } {
  const reader = new FrameReader();
  const frames: Uint8Array[] = [];
  let total = 0;
  try {
    for (const chunk of chunks) {
      reader.append(chunk);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
        frames.push(Uint8Array.from(frame));
        total += frame.length;
      }
    }
  } catch (error) {
    assert.ok(error instanceof ProtocolError, String(error));
    return { frames, refused: true };
  }
  assert.ok(total <= stream.length);
  return { frames, refused: false };
}

/** One request of each kind, more of those that carry a lot. */
export function requestSeeds(random: Random): Uint8Array[] {
  const { schema } = testRegistry();
  const name = "tendermint.abci.Request";
  const txs = corpusTxs().slice(0, 4);
  const seeds = [...(schema.get(name)?.entries() ?? [])].flatMap(([field, { message }]) =>
    Array.from({ length: 2 }, (_, i) => {
      const body = sampleOf(schema, message, random, { full: i === 0 });
      return Buffer.concat([tagOf(field), frameLength(body.length), body]);
    }),
  );
  const common = { time: { seconds: 1n, nanos: 1 }, height: 2n, txs };
  seeds.push(
    ...[
      { checkTx: { tx: txs[0] ?? new Uint8Array(), type: 0 } },
      { finalizeBlock: common },
      { prepareProposal: { ...common, maxTxBytes: 100_000n } },
      { processProposal: common },
    ].map((request) =>
      Buffer.from(requestFrame(request).subarray(lengthOf(requestFrame(request)))),
    ),
  );
  for (const seed of seeds) Request.decode(seed);
  return seeds;
}

function tagOf(field: number): Uint8Array {
  return frameLength(field * 8 + 2);
}

function lengthOf(frame: Uint8Array): number {
  return frame.findIndex((byte) => byte < 128) + 1;
}
