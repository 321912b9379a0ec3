import { concatBytes, equalBytes, utf8Encode } from "../../core/bytes.ts";

const signatureBytes = 96;
/** A TxRaw never begins with a zero byte, so nothing else can be taken for a contribution. */
const prefix = concatBytes(Uint8Array.of(0), utf8Encode("assay/beacon/v1"));

export const contributionBytes = prefix.length + signatureBytes;

/** The proposer's turn of the beacon, as the first transaction of its block (WIRE.md 5). */
export function contributionTx(signature: Uint8Array): Uint8Array {
  return concatBytes(prefix, signature);
}

/** Begins like a contribution, whatever follows. */
export function looksLikeContribution(tx: Uint8Array): boolean {
  return equalBytes(tx.subarray(0, prefix.length), prefix);
}

/** The signature, when the transaction has the form of a contribution. */
export function signatureOf(tx: Uint8Array): Uint8Array | undefined {
  if (tx.length !== contributionBytes || !looksLikeContribution(tx)) return undefined;
  return tx.slice(prefix.length);
}
