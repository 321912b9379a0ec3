import { describe } from "node:test";
import { fuzzTest } from "./harness.ts";
import { answersTarget } from "./targets/abciAnswers.ts";
import { framesTarget } from "./targets/abciFrames.ts";
import { requestsTarget } from "./targets/requests.ts";
import { txTarget } from "./targets/tx.ts";

describe("fuzz: transactions", () => {
  fuzzTest(txTarget);
  fuzzTest(framesTarget);
  fuzzTest(answersTarget);
  fuzzTest(requestsTarget);
});
