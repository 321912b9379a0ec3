import type { RequestQuery } from "cosmjs-types/tendermint/abci/types";
import type { ProofOps } from "../../proto/cosmos.ts";
import { bytesFromKey, keyFromBytes } from "../../core/bytes.ts";
import { prefixEnd } from "../../core/collections/place.ts";
import { Pairs } from "../../proto/cosmos.ts";
import type { ChainState } from "../appState.ts";
import { invalidRequest, QueryError } from "./errors.ts";

export type StoreAnswer = { readonly value: Uint8Array; readonly proofOps?: ProofOps };

const maxPairs = 1000;
const maxPairsBytes = 1_048_576;

/** `/store/<name>/key` with proofs, and `/store/<name>/subspace` without (WIRE.md 11). */
export function queryStore(
  state: ChainState,
  [name = "", kind = ""]: readonly string[],
  request: RequestQuery,
  height: bigint,
): StoreAnswer {
  const { multistore } = state.db;
  if (!multistore.storeNames.includes(name))
    throw new QueryError(4, `no such store: ${name}: unknown request`, "store");
  if (request.data.length === 0)
    throw new QueryError(3, "query cannot be zero length: tx parse error", "store");
  if (kind === "subspace") return { value: subspace(state, name, request.data, height) };
  if (kind !== "key")
    throw new QueryError(6, `unexpected query path: ${request.path}: unknown request`, "store");
  if (request.prove && height <= 1n) {
    throw invalidRequest("cannot query with proof when height <= 1; please provide a valid height");
  }
  const key = keyFromBytes(request.data);
  if (!request.prove) {
    const view = multistore.view(height);
    if (view === undefined) throw new QueryError(0, "version does not exist", "");
    return { value: view.get(name, key) ?? new Uint8Array() };
  }
  const proof = multistore.prove(name, key, height);
  if (proof?.proofOps === undefined) {
    throw new QueryError(
      7,
      "proof is unexpectedly empty; ensure height has not been pruned: invalid request",
      "store",
    );
  }
  const ops = proof.proofOps.map(({ type, key: at, data }) => ({ type, key: at, data }));
  return { value: proof.value ?? new Uint8Array(), proofOps: { ops } };
}

function subspace(state: ChainState, name: string, prefix: Uint8Array, height: bigint): Uint8Array {
  const view = state.db.multistore.view(height);
  if (view === undefined) throw new QueryError(0, "version does not exist", "");
  const start = keyFromBytes(prefix);
  const pairs: Pairs["pairs"] = [];
  let size = 0;
  for (const [key, value] of view.range(name, start, prefixEnd(start))) {
    size += key.length + value.length;
    if (pairs.length === maxPairs || size > maxPairsBytes) {
      throw invalidRequest(
        `subspace: expected at most ${maxPairs} pairs of ${maxPairsBytes} bytes, got more`,
      );
    }
    pairs.push({ key: bytesFromKey(key), value });
  }
  return Pairs.encode({ pairs }).finish();
}
