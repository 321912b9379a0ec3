import { describe } from "node:test";
import { fuzzTest } from "./harness.ts";
import { messageTargets } from "./targets/messages.ts";

describe("fuzz: messages", () => {
  for (const target of messageTargets()) fuzzTest(target);
});
