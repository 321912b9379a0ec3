import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ExecTxResult } from "cosmjs-types/tendermint/abci/types";
import { toHex } from "../../core/bytes.ts";
import { merkleTree } from "../support/merkle.ts";
import { failedResult } from "../../app/tx/deliver.ts";

/** What CometBFT hashes of a result (WIRE 4): code, data and gas. */
function hashed(result: ExecTxResult): Uint8Array {
  const { code, data, gasWanted, gasUsed } = result;
  return ExecTxResult.encode(ExecTxResult.fromPartial({ code, data, gasWanted, gasUsed })).finish();
}

const ok = { ...failedResult({ codespace: "", code: 0, log: "" }, 200_000n, 80_000n) };
const failed = failedResult({ codespace: "sdk", code: 5, log: "any text" }, 200_000n, 80_000n);

describe("vectors: last_results_hash", () => {
  it("one result", () => {
    assert.equal(toHex(hashed(ok)), "28c09a0c3080f104");
    assert.equal(
      toHex(merkleTree([hashed(ok)])),
      "a1c53b036864c9c80ba04284fad228f94b31e2acd1e6085741cbd6133253b295",
    );
  });

  it("two results", () => {
    assert.equal(
      toHex(merkleTree([hashed(ok), hashed(failed)])),
      "b26acefbfc27328dfc21eb5b47ee205018584d32e19e604178feac23e7a778f9",
    );
  });

  it("none", () => {
    assert.equal(
      toHex(merkleTree([])),
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
  });
});
