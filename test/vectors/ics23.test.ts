import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  ics23 as confio,
  iavlSpec as confioIavl,
  tendermintSpec as confioTendermint,
} from "@confio/ics23";
import {
  verifyMembership as confioExists,
  verifyNonMembership as confioAbsent,
} from "@confio/ics23";
import { fromHex, toHex, utf8Encode } from "../../core/bytes.ts";
import { decodeCommitmentProof, encodeCommitmentProof } from "../../core/store/ics23.ts";
import type { ExistenceProof, InnerOp, LeafOp } from "../../core/store/ics23.ts";
import { applyInner, applyLeaf, doHash, existenceRoot } from "../../core/store/ics23Ops.ts";
import {
  iavlSpec,
  leafFits,
  leftBranchesAreEmpty,
  proofFits,
  rightBranchesAreEmpty,
  tendermintSpec,
} from "../../core/store/ics23Specs.ts";
import type { ProofSpec } from "../../core/store/ics23Specs.ts";
import { verifyExistence, verifyNonExistence } from "../../core/store/proofs.ts";

type Json = { readonly [name: string]: unknown };

function load(path: string): Json {
  const url = new URL(`data/ics23/${path}`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Json;
}

function cases(path: string): (readonly [string, Json])[] {
  return Object.entries(load(path)).map(([name, one]) => [name, one as Json]);
}

function object(value: unknown): Json {
  return (value ?? {}) as Json;
}

function base64(value: unknown): Uint8Array {
  return typeof value === "string"
    ? new Uint8Array(Buffer.from(value, "base64"))
    : new Uint8Array(0);
}

function hex(value: unknown): Uint8Array {
  const bytes = fromHex(String(value));
  assert.ok(bytes);
  return bytes;
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function leafOf(json: Json): LeafOp {
  return {
    hash: number(json["hash"]),
    prehashKey: number(json["prehash_key"]),
    prehashValue: number(json["prehash_value"]),
    length: number(json["length"]),
    prefix: base64(json["prefix"]),
  };
}

function innerOf(json: Json): InnerOp {
  return {
    hash: number(json["hash"]),
    prefix: base64(json["prefix"]),
    suffix: base64(json["suffix"]),
  };
}

function existenceOf(json: Json): ExistenceProof {
  const path = (json["path"] ?? []) as Json[];
  return {
    key: base64(json["key"]),
    value: base64(json["value"]),
    leaf: json["leaf"] === undefined ? undefined : leafOf(object(json["leaf"])),
    path: path.map(innerOf),
  };
}

function specOf(json: Json): ProofSpec {
  const inner = object(json["inner_spec"]);
  const spec: ProofSpec = {
    leaf: leafOf(object(json["leaf_spec"])),
    inner: {
      childOrder: (inner["child_order"] ?? []) as number[],
      childSize: number(inner["child_size"]),
      minPrefix: number(inner["min_prefix_length"]),
      maxPrefix: number(inner["max_prefix_length"]),
      emptyChild: base64(inner["empty_child"]),
      hash: number(inner["hash"]),
    },
    minDepth: number(json["min_depth"]),
    maxDepth: number(json["max_depth"]),
    rules: "none",
  };
  // Go compares a spec with its own two, depths aside, and adds the rules of the one that it equals.
  const same = [iavlSpec, tendermintSpec].find(
    (own) =>
      JSON.stringify({ ...own.inner, emptyChild: "" }) ===
      JSON.stringify({ ...spec.inner, emptyChild: toHex(spec.inner.emptyChild) }),
  );
  return { ...spec, rules: same?.rules ?? "none" };
}

describe("vectors: ics23 proofs of real trees", () => {
  const names = ["left", "middle", "right"];
  const kinds = [
    { folder: "iavl", spec: iavlSpec, oracle: confioIavl },
    { folder: "tendermint", spec: tendermintSpec, oracle: confioTendermint },
  ];
  for (const { folder, spec, oracle } of kinds) {
    for (const name of names) {
      it(`${folder}: exist_${name} verifies for its value only`, () => {
        const file = load(`${folder}/exist_${name}.json`);
        const [root, data, key, value] = ["root", "proof", "key", "value"].map((f) => hex(file[f]));
        assert.ok(root && data && key && value);
        const decoded = decodeCommitmentProof(data);
        assert.equal(decoded?.kind, "exist");
        assert.deepEqual(encodeCommitmentProof(decoded), data);
        assert.equal(verifyExistence(decoded.proof, spec, root, key, value), true);
        assert.equal(verifyExistence(decoded.proof, spec, root, key, utf8Encode("other")), false);
        assert.equal(verifyExistence(decoded.proof, spec, key, key, value), false);
        const theirs = confio.CommitmentProof.decode(data);
        assert.equal(confioExists(theirs, oracle, root, key, value), true);
      });
      it(`${folder}: nonexist_${name} verifies for its key only`, () => {
        const file = load(`${folder}/nonexist_${name}.json`);
        const [root, data, key] = ["root", "proof", "key"].map((f) => hex(file[f]));
        assert.ok(root && data && key);
        const decoded = decodeCommitmentProof(data);
        assert.equal(decoded?.kind, "nonexist");
        assert.deepEqual(encodeCommitmentProof(decoded), data);
        assert.equal(verifyNonExistence(decoded.proof, spec, root, key), true);
        const present = decoded.proof.left?.key ?? decoded.proof.right?.key;
        assert.ok(present);
        assert.equal(verifyNonExistence(decoded.proof, spec, root, present), false);
        const theirs = confio.CommitmentProof.decode(data);
        assert.equal(confioAbsent(theirs, oracle, root, key), true);
      });
    }
  }
  it("there are 12", () => {
    const files = kinds.flatMap(({ folder }) =>
      readdirSync(new URL(`data/ics23/${folder}`, import.meta.url)),
    );
    assert.equal(files.length, 12);
  });
});

describe("vectors: ics23 operations", () => {
  it("TestLeafOpData: 11 cases", () => {
    const all = cases("TestLeafOpData.json");
    assert.equal(all.length, 11);
    for (const [name, one] of all) {
      const leaf = leafOf(object(one["Op"]));
      const hash = applyLeaf(leaf, base64(one["Key"]), base64(one["Value"]));
      const expected = one["IsErr"] === true ? undefined : base64(one["Expected"]);
      assert.deepEqual(hash, expected, name);
    }
  });

  it("TestInnerOpData: 4 cases", () => {
    const all = cases("TestInnerOpData.json");
    assert.equal(all.length, 4);
    for (const [name, one] of all) {
      const hash = applyInner(innerOf(object(one["Op"])), base64(one["Child"]));
      const expected = one["IsErr"] === true ? undefined : base64(one["Expected"]);
      assert.deepEqual(hash, expected, name);
    }
  });

  it("TestDoHashData: 7 cases", () => {
    const all = cases("TestDoHashData.json");
    assert.equal(all.length, 7);
    for (const [name, one] of all) {
      const preimage = utf8Encode(String(one["Preimage"] ?? one["PreImage"]));
      const hash = doHash(number(one["HashOp"]), preimage);
      assert.equal(toHex(hash ?? new Uint8Array(0)), one["ExpectedHash"], name);
    }
  });

  it("TestCheckLeafData: 10 cases", () => {
    const all = cases("TestCheckLeafData.json");
    assert.equal(all.length, 10);
    for (const [name, one] of all) {
      const spec = specOf({ leaf_spec: one["Spec"] });
      const fits = leafFits(leafOf(object(one["Leaf"])), spec);
      assert.equal(fits, one["IsErr"] !== true, name);
    }
  });

  it("TestExistenceProofData: 6 cases", () => {
    const all = cases("TestExistenceProofData.json");
    assert.equal(all.length, 6);
    for (const [name, one] of all) {
      const root = existenceRoot(existenceOf(object(one["Proof"])));
      const expected = one["IsErr"] === true ? undefined : base64(one["Expected"]);
      assert.deepEqual(root, expected, name);
    }
  });

  it("B7: TestCheckAgainstSpecData: 11 cases, among them a path of 129 steps", () => {
    const all = cases("TestCheckAgainstSpecData.json");
    assert.equal(all.length, 11);
    let iavl = 0;
    for (const [name, one] of all) {
      const spec = specOf(object(one["Spec"]));
      if (spec.rules === "iavl") iavl++;
      assert.equal(proofFits(existenceOf(object(one["Proof"])), spec), one["Err"] === "", name);
    }
    assert.equal(iavl, 11);
  });

  it("TestEmptyBranchData: 8 cases", () => {
    const all = cases("TestEmptyBranchData.json");
    assert.equal(all.length, 8);
    for (const [name, one] of all) {
      const op = innerOf(object(one["Op"]));
      const { inner } = specOf(object(one["Spec"]));
      const sides = [leftBranchesAreEmpty(inner, op), rightBranchesAreEmpty(inner, op)];
      assert.deepEqual(sides, [one["IsLeft"] === true, one["IsRight"] === true], name);
    }
  });
});
