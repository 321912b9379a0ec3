import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { DecodedTx } from "../../../../app/tx/decode.ts";
import { directDoc } from "../../../../app/tx/signDoc.ts";
import { SignDoc } from "../../../../proto/cosmos.ts";

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.constantFrom(new Uint8Array(127), new Uint8Array(128), new Uint8Array(16_384)),
);
const anyNumber = fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, 2n ** 53n - 1n));

describe("tx: the document of SIGN_MODE_DIRECT", () => {
  it("is in every byte what the generated encoder writes", () => {
    fc.assert(
      fc.property(
        ...[anyBytes, anyBytes, fc.string({ unit: "binary" }), anyNumber],
        (bodyBytes, authInfoBytes, chainId, accountNumber) => {
          const doc = { bodyBytes, authInfoBytes, chainId, accountNumber };
          // Only the raw bytes of a transaction stand in the document.
          const tx = { raw: { bodyBytes, authInfoBytes, signatures: [] } } as unknown as DecodedTx;
          assert.deepEqual(
            directDoc(tx, { chainId, accountNumber }),
            Uint8Array.from(SignDoc.encode(doc).finish()),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
