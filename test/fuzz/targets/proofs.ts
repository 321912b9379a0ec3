import assert from "node:assert/strict";
import { CommitmentProof } from "cosmjs-types/cosmos/ics23/v1/proofs";
import { bytesFromKey, equalBytes, utf8Encode } from "../../../core/bytes.ts";
import { decodeCommitmentProof, encodeCommitmentProof } from "../../../core/store/ics23.ts";
import type { StoreKey } from "../../../core/store/kv.ts";
import { Multistore } from "../../../core/store/multistore.ts";
import { verifyMembership, verifyNonMembership, type ProofOp } from "../../../core/store/proofs.ts";
import { pickOne, randomBytes, type Random } from "../bytesEdits.ts";
import type { Target } from "../harness.ts";
import { Mutator } from "../mutate.ts";

const stores = ["acc", "bank", "registry", "staking", "tasks"];

type Proven = {
  store: string;
  key: Uint8Array;
  value: Uint8Array | undefined;
  ops: readonly ProofOp[];
};

/** The input: which key is asked, whether the first op is damaged, then the damaged op. */
export const proofsTarget: Target = {
  name: "proofs",
  inputs: 100_000,
  make(random) {
    const state = sampleState(random);
    const proven = allProven(state);
    const mutators = [0, 1].map(
      (op) =>
        new Mutator(
          random,
          proven.map(({ ops }) => ops[op]?.data ?? new Uint8Array()),
        ),
    );
    return {
      next() {
        const op = random(3) === 0 ? 1 : 0;
        const data = mutators[op]?.next() ?? new Uint8Array();
        return Buffer.concat([Uint8Array.of(random(256), op), data]);
      },
      run([index = 0, op = 0, ...rest]) {
        const data = Uint8Array.from(rest);
        const one = pickOne(() => index % proven.length, proven);
        const ops = one.ops.map((old, i) => (i === op ? { ...old, data } : old));
        const decoded = roundTrips(data);
        const lies = [utf8Encode("lie"), ...claims(decoded)];
        for (const lie of lies) {
          const proves = verifyMembership(ops, state.appHash, one.store, one.key, lie);
          if (proves)
            assert.ok(one.value !== undefined && equalBytes(lie, one.value), "a lie was proved");
        }
        const absent = verifyNonMembership(ops, state.appHash, one.store, one.key);
        if (absent) assert.equal(one.value, undefined, "a key that is there was proved absent");
        const truth = one.value;
        return absent ||
          (truth !== undefined && verifyMembership(ops, state.appHash, one.store, one.key, truth))
          ? "accepted"
          : "rejected";
      },
    };
  },
};

function roundTrips(data: Uint8Array): ReturnType<typeof decodeCommitmentProof> {
  const decoded = decodeCommitmentProof(data);
  if (decoded === undefined) return undefined;
  assert.deepEqual(Buffer.from(encodeCommitmentProof(decoded)), Buffer.from(data));
  const again = CommitmentProof.encode(CommitmentProof.decode(data)).finish();
  assert.ok(equalBytes(again, data), "cosmjs-types: other bytes");
  return decoded;
}

function claims(decoded: ReturnType<typeof decodeCommitmentProof>): Uint8Array[] {
  return decoded?.kind === "exist" ? [decoded.proof.value] : [];
}

function sampleState(random: Random): Multistore {
  const state = new Multistore({ stores });
  for (let version = 1n; version <= 4n; version++) {
    const changes = stores.map((store) => {
      const numbers = new Set(Array.from({ length: 20 }, () => random(60)));
      const keys = [...numbers].sort((a, b) => a - b).map((i) => `k${String(i).padStart(3, "0")}`);
      return {
        store,
        changes: keys.map((key) => ({
          key: key as StoreKey,
          value: randomBytes(random, 1 + random(20)),
        })),
      };
    });
    state.stage(version, changes);
    state.commit();
  }
  return state;
}

function allProven(state: Multistore): Proven[] {
  const keys = Array.from(
    { length: 45 },
    (_, i) => `k${String(i + 5).padStart(3, "0")}` as StoreKey,
  );
  return ["registry", "staking", "tasks"].flatMap((store) =>
    [...keys, "a" as StoreKey, "z" as StoreKey].flatMap((key): Proven[] => {
      const found = state.prove(store, key, 4n);
      if (found?.proofOps === undefined) return [];
      return [{ store, key: bytesFromKey(key), value: found.value, ops: found.proofOps }];
    }),
  );
}
