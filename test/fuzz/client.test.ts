import { describe } from "node:test";
import { fuzzTest } from "./harness.ts";
import { manifestTarget } from "./targets/manifest.ts";
import { rpcTarget } from "./targets/rpcAnswers.ts";

describe("fuzz: what the client and the executor read", () => {
  fuzzTest(manifestTarget);
  fuzzTest(rpcTarget);
});
