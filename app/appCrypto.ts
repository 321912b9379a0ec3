import { keyFromBytes } from "../core/bytes.ts";
import type { Crypto } from "../core/context.ts";
import { blsVerify, verifyProof } from "./crypto/bls.ts";
import { verifyKnownSecp256k1 } from "./crypto/secp256k1.ts";

const blsMemoLimit = 64;

/**
 * Native checks; contributions behind a memo of what was found good, because a block asks again for what its proposal
 * asked (P14). Verdicts on signatures stay with the decoded transaction (tx/decode.ts).
 */
export function appCrypto(): Crypto {
  const contributions = new Set<string>();
  return {
    verifySecp256k1: verifyKnownSecp256k1,
    verifyBls(key, message, signature) {
      // Of fixed lengths, else two triples could join to the same text.
      if (key.length !== 48 || message.length !== 32 || signature.length !== 96) return false;
      const text = keyFromBytes(key) + keyFromBytes(message) + keyFromBytes(signature);
      if (contributions.has(text)) return true;
      if (!blsVerify(key, message, signature)) return false;
      if (contributions.size >= blsMemoLimit) contributions.clear();
      contributions.add(text);
      return true;
    },
    verifyBlsPossession: verifyProof,
  };
}
