import { describe } from "node:test";
import { fuzzTest } from "./harness.ts";
import { genesisTarget } from "./targets/genesis.ts";

describe("fuzz: genesis", () => {
  fuzzTest(genesisTarget);
});
