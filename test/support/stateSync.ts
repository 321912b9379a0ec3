import assert from "node:assert/strict";
import type { Snapshot } from "cosmjs-types/tendermint/abci/types";
import type { AbciHandlers } from "../../app/abci/handlers.ts";

/** What a node offers to peers, whole. */
export type Served = { readonly snapshot: Snapshot; readonly chunks: readonly Uint8Array[] };

export const infoRequest = { version: "", blockVersion: 0n, p2pVersion: 0n, abciVersion: "" };

/** The newest snapshot of a node with all of its chunks. */
export function served(app: AbciHandlers): Served {
  const [snapshot] = app.listSnapshots({}).snapshots;
  assert.ok(snapshot !== undefined, "expected a snapshot");
  const { height, format } = snapshot;
  const chunks = Array.from(
    { length: snapshot.chunks },
    (_, chunk) => app.loadSnapshotChunk({ height, format, chunk }).chunk,
  );
  return { snapshot, chunks };
}

/** How a try to join ended, in the words of ABCI. */
export type Outcome =
  | "accepted"
  | "offer aborted"
  | "offer rejected"
  | "format rejected"
  | "sender rejected"
  | "chunk retried"
  | "snapshot retried"
  | "snapshot rejected"
  | "incomplete";

const offers: readonly Outcome[] = [
  "incomplete",
  "accepted",
  "offer aborted",
  "offer rejected",
  "format rejected",
  "sender rejected",
];
const applications: readonly Outcome[] = [
  "incomplete",
  "accepted",
  "incomplete",
  "chunk retried",
  "snapshot retried",
  "snapshot rejected",
];

/** Plays CometBFT's syncer with peers that send these chunks in this order; stops at the first refusal. */
export function join(
  app: AbciHandlers,
  { snapshot, chunks }: Served,
  appHash: Uint8Array,
  order: readonly number[] = chunks.map((_, i) => i),
): Outcome {
  const offer = offers[app.offerSnapshot({ snapshot, appHash }).result] ?? "incomplete";
  if (offer !== "accepted") return offer;
  let last: Outcome = "incomplete";
  for (const [place, index] of order.entries()) {
    const chunk = chunks[index] ?? new Uint8Array();
    const sender = `peer ${index}`;
    const answer = app.applySnapshotChunk({ index: place, chunk, sender });
    last = applications[answer.result] ?? "incomplete";
    if (last === "chunk retried") {
      assert.deepEqual(answer.refetchChunks, [place]);
      assert.deepEqual(answer.rejectSenders, [sender]);
    }
    if (last === "snapshot rejected") assert.ok(answer.rejectSenders.length > 0);
    if (last !== "accepted") return last;
  }
  return order.length === snapshot.chunks ? last : "incomplete";
}
