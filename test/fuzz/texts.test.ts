import { describe } from "node:test";
import { fuzzTest } from "./harness.ts";
import { jsonTarget } from "./targets/json.ts";
import { blsPointsTarget, blsTarget, secp256k1Target } from "./targets/signatures.ts";
import { addressesTarget, numbersTarget } from "./targets/texts.ts";

describe("fuzz: texts and signatures", () => {
  for (const target of [
    addressesTarget,
    numbersTarget,
    jsonTarget,
    secp256k1Target,
    blsPointsTarget,
    blsTarget,
  ])
    fuzzTest(target);
});
