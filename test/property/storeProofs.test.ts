import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  iavlSpec as confioIavl,
  ics23 as confio,
  tendermintSpec as confioTendermint,
  verifyMembership as confioExists,
  verifyNonMembership as confioAbsent,
} from "@confio/ics23";
import { CommitmentProof } from "cosmjs-types/cosmos/ics23/v1/proofs";
import fc from "fast-check";
import { bytesFromKey, concatBytes, equalBytes, utf8Encode } from "../../core/bytes.ts";
import { decodeCommitmentProof, encodeCommitmentProof } from "../../core/store/ics23.ts";
import type { CommitmentProof as Proof, ExistenceProof, InnerOp } from "../../core/store/ics23.ts";
import type { StoreKey } from "../../core/store/kv.ts";
import { Multistore } from "../../core/store/multistore.ts";
import { verifyMembership, verifyNonMembership } from "../../core/store/proofs.ts";
import type { ProofOp } from "../../core/store/proofs.ts";
import { seededRandom } from "../support/seededRandom.ts";

const stores = ["acc", "bank", "registry", "staking", "tasks"];

/** A state of several versions: `present` and `absent` keys of every store. */
function makeState(seed: number): { store: Multistore; keys: StoreKey[]; absent: StoreKey[] } {
  const random = seededRandom(seed);
  const store = new Multistore({ stores });
  const name = (i: number): StoreKey => `k${String(i).padStart(4, "0")}` as StoreKey;
  for (let version = 1n; version <= 6n; version++) {
    const changes = stores.map((one, s) => {
      const live = new Set(Array.from({ length: s * 30 + 1 }, () => 2 * random(150)));
      const keys = [...live].sort((a, b) => a - b);
      return {
        store: one,
        changes: keys.map((i) => ({
          key: name(i),
          value: random(6) === 0 ? undefined : utf8Encode(`value ${random(1000)}`),
        })),
      };
    });
    store.stage(version, changes);
    store.commit();
  }
  const keys = Array.from({ length: 300 }, (_, i) => name(i));
  const absent = ["\u0000", "k", "zzz", "k0004\u0000"] as StoreKey[];
  return { store, keys, absent };
}

type Query = {
  store: string;
  key: Uint8Array;
  value: Uint8Array | undefined;
  ops: readonly ProofOp[];
};

function query(state: Multistore, store: string, key: StoreKey, version: bigint): Query {
  const proof = state.prove(store, key, version);
  assert.ok(proof?.proofOps);
  return { store, key: bytesFromKey(key), value: proof.value, ops: proof.proofOps };
}

function holds({ ops, store, key, value }: Query, appHash: Uint8Array): boolean {
  return value === undefined
    ? verifyNonMembership(ops, appHash, store, key)
    : verifyMembership(ops, appHash, store, key, value);
}

describe("store: proofs", () => {
  it("every key and gap of every kept version verifies with us and with @confio/ics23", () => {
    const { store, keys, absent } = makeState(1);
    let seen = 0;
    for (const version of [1n, 3n, 6n]) {
      const appHash = store.appHashAt(version);
      assert.ok(appHash);
      for (const name of stores) {
        for (const key of [...keys.filter((_, i) => i % 3 !== 0), ...absent]) {
          const proof = store.prove(name, key, version);
          if (proof?.proofOps === undefined) continue;
          const one = query(store, name, key, version);
          assert.equal(holds(one, appHash), true, `${name}/${key}`);
          const [iavl, simple] = one.ops.map(({ data }) => confio.CommitmentProof.decode(data));
          assert.ok(iavl && simple);
          const root = store.storeRoots(version)?.find(([n]) => n === name)?.[1];
          assert.ok(root);
          const inner =
            one.value === undefined
              ? confioAbsent(iavl, confioIavl, root, one.key)
              : confioExists(iavl, confioIavl, root, one.key, one.value);
          assert.equal(inner, true);
          assert.ok(confioExists(simple, confioTendermint, appHash, utf8Encode(name), root));
          seen++;
        }
      }
    }
    assert.ok(seen > 2000, `${seen} proofs`);
  });

  it("encodes as cosmjs-types does", () => {
    const { store, keys } = makeState(2);
    for (const key of keys) {
      for (const { data } of query(store, "tasks", key, 6n).ops) {
        const theirs = CommitmentProof.decode(data);
        assert.deepEqual(CommitmentProof.encode(theirs).finish(), data);
        const decoded = decodeCommitmentProof(data);
        assert.ok(decoded);
        assert.deepEqual(encodeCommitmentProof(decoded), data);
      }
    }
  });

  it("a proof holds for its key, value, store and app hash only", () => {
    const { store } = makeState(3);
    const key = "k0004" as StoreKey;
    for (const name of ["registry", "staking", "tasks"]) {
      const one = query(store, name, key, 6n);
      const { appHash } = store;
      assert.equal(holds(one, appHash), true);
      assert.equal(holds({ ...one, store: "bank" }, appHash), false);
      assert.equal(holds({ ...one, key: utf8Encode("k0005") }, appHash), false);
      assert.equal(holds({ ...one, value: utf8Encode("other") }, appHash), false);
      assert.equal(holds({ ...one, ops: [...one.ops].reverse() }, appHash), false);
      assert.equal(holds({ ...one, ops: one.ops.slice(0, 1) }, appHash), false);
      const older = store.appHashAt(3n);
      assert.ok(older);
      assert.equal(holds(one, older), false);
    }
  });

  it("an empty store proves nothing and says so", () => {
    const store = new Multistore({ stores: ["acc", "bank"] });
    store.stage(1n, [
      { store: "acc", changes: [{ key: "a" as StoreKey, value: Uint8Array.of(1) }] },
    ]);
    store.commit();
    assert.deepEqual(store.prove("bank", "a" as StoreKey, 1n), {
      value: undefined,
      proofOps: undefined,
    });
    assert.equal(store.prove("acc", "a" as StoreKey, 2n), undefined);
  });
});

// Adversarial edits: of the bytes, and of the parts with the bytes put together well.
const byteEdits = fc.array(
  fc.record({
    at: fc.nat(2000),
    how: fc.constantFrom("flip", "cut", "grow", "drop"),
    by: fc.nat(255),
  }),
  { minLength: 1, maxLength: 3 },
);
type ByteEdit = { readonly at: number; readonly how: string; readonly by: number };

function editBytes(data: Uint8Array, edits: readonly ByteEdit[]): Uint8Array {
  let bytes = data;
  for (const { at, how, by } of edits) {
    const i = bytes.length === 0 ? 0 : at % bytes.length;
    const [head, tail] = [bytes.slice(0, i), bytes.slice(i)];
    if (how === "flip") {
      tail[0] = (tail[0] ?? 0) ^ (by === 0 ? 1 : by);
      bytes = concatBytes(head, tail);
    } else if (how === "cut") bytes = head;
    else if (how === "grow") bytes = concatBytes(head, Uint8Array.of(by), tail);
    else bytes = concatBytes(head, tail.slice(1));
  }
  return bytes;
}

type PartEdit = { readonly how: number; readonly at: number; readonly by: number };
const partEdits = fc.array(fc.record({ how: fc.nat(9), at: fc.nat(40), by: fc.nat(255) }), {
  minLength: 1,
  maxLength: 3,
});

function editStep(op: InnerOp, how: number, by: number): InnerOp {
  const byte = Uint8Array.of(by);
  if (how === 0) return { ...op, prefix: concatBytes(op.prefix, byte) };
  if (how === 1) return { ...op, suffix: concatBytes(byte, op.suffix) };
  if (how === 2) return { ...op, prefix: op.prefix.slice(0, -1) };
  if (how === 3) return { ...op, suffix: op.prefix, prefix: op.suffix };
  return { ...op, hash: by % 9 };
}

function editProof(
  proof: ExistenceProof,
  { how, at, by }: PartEdit,
  value: Uint8Array,
): ExistenceProof {
  const path = [...proof.path];
  const i = path.length === 0 ? 0 : at % path.length;
  const step = path[i];
  if (how < 5 && step !== undefined) path[i] = editStep(step, how, by);
  if (how === 5) path.splice(i, 1);
  if (how === 6 && step !== undefined) path.splice(i, 0, step);
  if (how === 7 && proof.leaf !== undefined) {
    // Bytes of the key pushed into the leaf's prefix and back: the Dragonberry attack.
    const prefix = concatBytes(
      proof.leaf.prefix,
      Uint8Array.of(proof.key.length),
      proof.key.slice(0, by % 4),
    );
    return { ...proof, path, leaf: { ...proof.leaf, prefix }, key: proof.key.slice(by % 4) };
  }
  if (how === 8 && proof.leaf !== undefined) {
    return { ...proof, path, leaf: { ...proof.leaf, prehashValue: by % 2, length: at % 3 } };
  }
  return how === 9 ? { ...proof, path, value } : { ...proof, path };
}

describe("store: proofs that were tampered with", () => {
  const { store, keys, absent } = makeState(4);
  const { appHash } = store;
  const pool = ["registry", "staking", "tasks"].flatMap((name) =>
    [...keys, ...absent].map((key) => query(store, name, key, 6n)),
  );
  const anyQuery = fc.nat(pool.length - 1).map((i) => pool[i] ?? pool[0]);

  /** Nothing may be believed of this key but what stands in the state. */
  function believesOnlyTheTruth(
    one: Query,
    ops: readonly ProofOp[],
    lies: readonly Uint8Array[],
  ): void {
    for (const lie of lies) {
      const isTrue = one.value !== undefined && equalBytes(lie, one.value);
      if (isTrue) continue;
      assert.equal(verifyMembership(ops, appHash, one.store, one.key, lie), false);
    }
    if (one.value !== undefined) {
      assert.equal(verifyNonMembership(ops, appHash, one.store, one.key), false);
    }
  }

  function claimed(data: Uint8Array): Uint8Array[] {
    const decoded = decodeCommitmentProof(data);
    if (decoded?.kind !== "exist") return [];
    return [decoded.proof.value];
  }

  it("B7: 10,000 edits of the bytes of either op prove no other value and no absence", () => {
    fc.assert(
      fc.property(
        anyQuery,
        byteEdits,
        fc.boolean(),
        fc.uint8Array({ minLength: 1 }),
        (one, edits, first, lie) => {
          assert.ok(one);
          const ops = one.ops.map((op, i) =>
            (i === 0) === first ? { ...op, data: editBytes(op.data, edits) } : op,
          );
          const lies = [lie, ...claimed(ops[0]?.data ?? lie)];
          believesOnlyTheTruth(one, ops, lies);
          for (const value of lies) {
            assert.equal(
              verifyMembership(ops, appHash, one.store, one.key, value),
              one.value !== undefined &&
                equalBytes(value, one.value) &&
                equalBytes(ops[0]?.data ?? lie, one.ops[0]?.data ?? lie) &&
                equalBytes(ops[1]?.data ?? lie, one.ops[1]?.data ?? lie),
            );
          }
        },
      ),
      { numRuns: 10_000, endOnFailure: true },
    );
  });

  it("B7: 10,000 edits of leaf, path, key and value prove no other value and no absence", () => {
    const edits = fc.tuple(partEdits, fc.uint8Array({ minLength: 1, maxLength: 20 }));
    fc.assert(
      fc.property(anyQuery, edits, (one, [parts, lie]) => {
        assert.ok(one);
        const data = one.ops[0]?.data ?? lie;
        const decoded = decodeCommitmentProof(data);
        assert.ok(decoded);
        const edit = (proof: ExistenceProof): ExistenceProof =>
          parts.reduce((now, part) => editProof(now, part, lie), proof);
        let made: Proof;
        if (decoded.kind === "exist") made = { kind: "exist", proof: edit(decoded.proof) };
        else {
          const { key, left, right } = decoded.proof;
          const edited = left === undefined ? undefined : edit(left);
          made = { kind: "nonexist", proof: { key, left: edited, right } };
        }
        const changed = encodeCommitmentProof(made);
        const ops = one.ops.map((op, i) => (i === 0 ? { ...op, data: changed } : op));
        believesOnlyTheTruth(one, ops, [lie, ...claimed(changed)]);
      }),
      { numRuns: 10_000, endOnFailure: true },
    );
  });

  it("B7: 5,000 pairs of real leaves that are not neighbours prove no absence", () => {
    const present = pool.filter((one) => one.value !== undefined);
    const any = fc.nat(present.length - 1).map((i) => present[i] ?? present[0]);
    const side = fc.constantFrom("both", "left", "right");
    fc.assert(
      fc.property(any, any, any, side, (one, a, b, sides) => {
        assert.ok(one && a && b);
        const of = (other: Query): ExistenceProof | undefined => {
          const decoded = decodeCommitmentProof(other.ops[0]?.data ?? new Uint8Array(0));
          return decoded?.kind === "exist" ? decoded.proof : undefined;
        };
        const proof = {
          key: one.key,
          left: sides === "right" ? undefined : of(a),
          right: sides === "left" ? undefined : of(b),
        };
        const data = encodeCommitmentProof({ kind: "nonexist", proof });
        const ops = one.ops.map((op, i) => (i === 0 ? { ...op, data } : op));
        assert.equal(verifyNonMembership(ops, appHash, one.store, one.key), false);
      }),
      { numRuns: 5000, endOnFailure: true },
    );
  });

  it("B7: a leaf's value cannot pass for an inner node, nor a path of 129 steps for a proof", () => {
    const one = pool.find(({ value }) => value !== undefined);
    const decoded = decodeCommitmentProof(one?.ops[0]?.data ?? new Uint8Array(0));
    assert.ok(one && decoded?.kind === "exist");
    const [step] = decoded.proof.path;
    assert.ok(step);
    const path = Array.from({ length: 129 }, () => step);
    const data = encodeCommitmentProof({ kind: "exist", proof: { ...decoded.proof, path } });
    const ops = one.ops.map((op, i) => (i === 0 ? { ...op, data } : op));
    assert.equal(verifyMembership(ops, appHash, one.store, one.key, one.value ?? data), false);
  });
});
