import { bytesKey, pairKey, stringKey, u64Key } from "../../core/collections/keys.ts";
import { index } from "../../core/collections/indexedMap.ts";
import { schema } from "../../core/collections/schema.ts";
import {
  Bytes,
  Contribution,
  Contributor,
  ContributorSet,
  PendingDraw,
  RequestBlock,
  U64,
} from "./types.ts";

const state = schema("beacon");
const drawKey = pairKey(stringKey, u64Key());

export const lastBeacon = state.item(0, "lastBeacon", Bytes);
export const contributors = state.map(1, "contributors", bytesKey, Contributor);
export const contributorSet = state.item(2, "contributorSet", ContributorSet);
// 4 is the index of 3.
export const draws = state.indexedMap(3, "draws", drawKey, PendingDraw, {
  requestedAt: index(
    4,
    u64Key(),
    (draw: PendingDraw, _: readonly [string, bigint]) => draw.requestedHeight,
  ),
});
export const pendingCount = state.item(5, "pendingCount", U64);
export const contributions = state.map(6, "contributions", u64Key(), Contribution);
export const requestBlocks = state.map(7, "requestBlocks", u64Key(), RequestBlock);
