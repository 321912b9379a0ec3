import { describe } from "node:test";
import { fuzzTest } from "./harness.ts";
import { queriesTarget, simulateTarget } from "./targets/chain.ts";

describe("fuzz: a chain that has lived", () => {
  fuzzTest(queriesTarget);
  fuzzTest(simulateTarget);
});
