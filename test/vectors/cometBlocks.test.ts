import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ExecTxResult } from "cosmjs-types/tendermint/abci/types";
import { BlockIDFlag } from "cosmjs-types/tendermint/types/validator";
import { toHex } from "../../core/bytes.ts";
import { withId } from "../../solo/chain/blocks.ts";
import {
  commitHash,
  dataHash,
  evidenceHash,
  headerHash,
  paramsHash,
  resultsHash,
  validatorsHash,
} from "../../solo/chain/hashes.ts";
import { formatTime, nanosOf, parseTime } from "../../solo/chain/time.ts";
import { sortedSet } from "../../solo/chain/validators.ts";
import { contentOf, medianTime, voteSignBytes } from "../../solo/chain/votes.ts";
import { blockJson, commitJson } from "../../solo/rpc/json.ts";
import {
  base64,
  blockOf,
  commitOf,
  idOf,
  paramsOf,
  validatorOf,
  type BlockJson,
  type CommitJson,
  type IdJson,
  type ValidatorJson,
} from "../support/cometJson.ts";

type ResultJson = { code: number; data: string | null; gas_wanted: string; gas_used: string };
type Vector = {
  comet: string;
  validators: ValidatorJson[];
  block_params: { max_bytes: string; max_gas: string };
  blocks: {
    block_id: IdJson;
    block: BlockJson;
    commit: CommitJson;
    results: ResultJson[] | null;
  }[];
};

const file = join(import.meta.dirname, "data", "cometBlocks.json");
const vector = JSON.parse(readFileSync(file, "utf8")) as Vector;
const validators = vector.validators.map(validatorOf);
const hexOf = (bytes: Uint8Array): string => toHex(bytes).toUpperCase();

/** Independent of the engine's own signing code: a key as RFC 8410 writes it. */
function publicKeyOf(raw: Uint8Array) {
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  return createPublicKey({ key: der, format: "der", type: "spki" });
}

describe("solo: hashes of blocks that four CometBFT 0.38.25 nodes made", () => {
  it("the vector holds transactions, a commit with all votes and one without a validator", () => {
    const flags = vector.blocks.map(({ commit }) =>
      commit.signatures.map(({ block_id_flag: flag }) => flag),
    );
    assert.ok(flags.some((one) => one.every((flag) => flag === 2)));
    assert.ok(flags.some((one) => one.includes(1)));
    assert.ok(vector.blocks.some(({ block }) => block.data.txs.length > 0));
    assert.equal(vector.comet, "0.38.25");
  });

  for (const [i, recorded] of vector.blocks.entries()) {
    const height = recorded.block.header.height;
    const block = blockOf(recorded.block);
    const { header } = block;

    it(`height ${height}: block id, so header hash and part set`, () => {
      assert.equal(hexOf(headerHash(header)), recorded.block_id.hash);
      assert.deepEqual(withId(block).blockId, idOf(recorded.block_id));
    });

    it(`height ${height}: every hash in the header`, () => {
      const { lastCommit } = block;
      assert.ok(lastCommit !== undefined);
      assert.equal(hexOf(commitHash(lastCommit)), recorded.block.header.last_commit_hash);
      assert.equal(hexOf(dataHash(block.data.txs)), recorded.block.header.data_hash);
      assert.equal(hexOf(evidenceHash([])), recorded.block.header.evidence_hash);
      assert.equal(hexOf(validatorsHash(validators)), recorded.block.header.validators_hash);
      const params = paramsOf(vector.block_params);
      assert.equal(hexOf(paramsHash(params)), recorded.block.header.consensus_hash);
      const next = vector.blocks[i + 1]?.block.header.last_results_hash;
      const results = (recorded.results ?? []).map((one) =>
        ExecTxResult.fromPartial({
          ...{ code: one.code, data: base64(one.data ?? "") },
          ...{ gasWanted: BigInt(one.gas_wanted), gasUsed: BigInt(one.gas_used) },
        }),
      );
      if (next !== undefined) assert.equal(hexOf(resultsHash(results)), next);
    });

    it(`height ${height}: its votes are signed over our sign bytes`, () => {
      const commit = commitOf(recorded.commit);
      let signed = 0;
      commit.signatures.forEach((one, at) => {
        if (one.blockIdFlag !== BlockIDFlag.BLOCK_ID_FLAG_COMMIT) return;
        const message = voteSignBytes(contentOf(header.chainId, commit, one));
        const key = publicKeyOf(validators[at]?.publicKey ?? new Uint8Array());
        assert.ok(verify(null, message, key, one.signature));
        signed++;
      });
      assert.ok(signed >= 3);
    });

    it(`height ${height}: time is the weighted median of the last commit`, () => {
      const { lastCommit } = block;
      if (i === 0 || lastCommit === undefined) return;
      const median = medianTime(lastCommit, validators);
      assert.equal(nanosOf(median), nanosOf(header.time));
    });

    it(`height ${height}: RPC shows block and commit in CometBFT's words`, () => {
      assert.deepEqual(blockJson(withId(block)), recorded.block);
      assert.deepEqual(commitJson(commitOf(recorded.commit)), recorded.commit);
    });
  }

  it("the set's order is CometBFT's: power, then address", () => {
    assert.deepEqual(sortedSet(validators.toReversed()), validators);
  });

  it("times are read and written as Go does", () => {
    for (const text of [
      "2026-11-21T15:31:56.732Z",
      "2026-01-02T03:04:05Z",
      "2026-01-02T03:04:05.000000001Z",
    ])
      assert.equal(formatTime(parseTime(text)), text);
  });
});
