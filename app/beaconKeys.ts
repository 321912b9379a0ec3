import { readFileSync } from "node:fs";
import { beaconSecret, blsPublicKey, makeProof } from "./crypto/bls.ts";

// A program of its own: tools that write homes may not load the app. Consensus keys come in on stdin,
// as a JSON list of base64, because arguments are visible to every user of the machine.
const keys = JSON.parse(readFileSync(0, "utf8")) as string[];
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const made = keys.map((key) => {
  const secret = beaconSecret(Buffer.from(key, "base64"));
  return {
    pub_key: base64(blsPublicKey(secret)),
    proof_of_possession: base64(makeProof(secret)),
    priv_key: base64(secret),
  };
});
process.stdout.write(JSON.stringify(made));
