import { describe } from "node:test";
import { fuzzTest } from "./harness.ts";
import { peerSnapshotsTarget } from "./targets/peerSnapshots.ts";
import { proofsTarget } from "./targets/proofs.ts";
import { recordsTarget } from "./targets/records.ts";
import { snapshotsTarget } from "./targets/snapshots.ts";

describe("fuzz: what is stored and proved", () => {
  fuzzTest(recordsTarget);
  fuzzTest(snapshotsTarget);
  fuzzTest(peerSnapshotsTarget);
  fuzzTest(proofsTarget);
});
