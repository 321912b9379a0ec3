import assert from "node:assert/strict";
import { Response } from "cosmjs-types/tendermint/abci/types";
import { encodeFrame } from "../../../app/abci/encode.ts";
import { frameLength } from "../../../app/abci/frames.ts";
import { equalBytes } from "../../../core/bytes.ts";
import { testRegistry } from "../../support/driverReplica.ts";
import type { Random } from "../bytesEdits.ts";
import type { Target } from "../harness.ts";
import { Mutator } from "../mutate.ts";
import { sampleOf } from "../samples.ts";
import { difference, reencoded, secondCodec } from "../secondCodec.ts";

const response = "tendermint.abci.Response";

/** Answers of every kind and size, written by the app's own writers and by a codec that shares no line with them. */
export const answersTarget: Target = {
  name: "ABCI answers",
  inputs: 40_000,
  make(random) {
    const second = secondCodec(response);
    let compared = 0;
    const mutator = new Mutator(random, answerSeeds(random));
    return {
      next: () => mutator.next(),
      run(input) {
        const canonical = reencoded(second, input);
        if (canonical === undefined) return "rejected";
        const answer = Response.decode(canonical);
        assert.equal(difference(second, canonical, answer), undefined);
        const [length, body] = encodeFrame(answer);
        assert.ok(reencoded(second, body) !== undefined, "second codec: expected known fields");
        assert.equal(difference(second, body, answer), undefined);
        // The app's own writer. The generated one writes more than it must: empty lists of numbers, empty parts.
        if (answer.checkTx !== undefined) assert.ok(equalBytes(body, canonical), "other bytes");
        assert.deepEqual(Buffer.from(length), Buffer.from(frameLength(body.length)));
        compared += 1;
        return "accepted";
      },
      counts: () => ({ "read by two codecs: ABCI answers": compared }),
    };
  },
};

/** Three of each kind; blocks of many transactions, which go another way. */
function answerSeeds(random: Random): Uint8Array[] {
  const { schema } = testRegistry();
  const kinds = [...(schema.get(response)?.entries() ?? [])];
  const seeds = kinds.flatMap(([field, { message }]) =>
    Array.from({ length: 3 }, (_, i) =>
      framed(field, sampleOf(schema, message, random, { full: i === 0 })),
    ),
  );
  const block = kinds.find(([, { message }]) => message.endsWith("ResponseFinalizeBlock"));
  assert.ok(block !== undefined);
  const [field, { message }] = block;
  // Lists of a message that comes twice are one list.
  const large = Array.from({ length: 12 }, () => sampleOf(schema, message, random, { full: true }));
  return [...seeds, framed(field, Buffer.concat(large)), framed(field, Buffer.concat(large))];
}

function framed(field: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([frameLength(field * 8 + 2), frameLength(body.length), body]);
}
