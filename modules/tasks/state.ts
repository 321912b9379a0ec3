import {
  addressKey,
  bytesKey,
  pairKey,
  stringKey,
  u64Key,
  u8Key,
} from "../../core/collections/keys.ts";
import { remembered } from "../../core/collections/remembered.ts";
import { schema } from "../../core/collections/schema.ts";
import type { Height } from "../../core/brand.ts";
import { proto, type Codec } from "../../core/codec.ts";
import * as wire from "../../proto/gen/assay/tasks/v1/tasks.ts";
import { Params, Seat, Task, TaskDigest, type TaskId } from "./types.ts";

const state = schema("tasks");
const id = u64Key<TaskId>();
const height = u64Key<Height>();

const rawBytes: Codec<Uint8Array> = { encode: (value) => value, decode: (value) => value };
const oneByte: Codec<number> = {
  encode: (value) => Uint8Array.of(value),
  decode: (bytes) => bytes[0] ?? 0,
};
const marker: Codec<true> = { encode: () => Uint8Array.of(1), decode: () => true };

export const params = state.item(0, "params", remembered(Params));
/** Without seats and inline bytes: those lie apart, so that a post writes few bytes (see tasks.ts). */
export const tasks = state.map(1, "tasks", id, Task);
export const seats = state.map(2, "seats", pairKey(id, u8Key()), Seat);
/** Inline bytes: 0 = the input, 1 + seat index = its output. */
export const payloads = state.map(3, "payloads", pairKey(id, u8Key()), rawBytes);
/** (node, task) -> seat index, from the draw (a reserve: from its call) until replaced or finished. */
export const openSeats = state.map(4, "openSeats", pairKey(addressKey, id), oneByte);
export const progress = state.map(5, "progress", id, proto(wire.Progress));
/** Each task in COMMIT or REVEAL has exactly one entry; one in REQUESTED waits in module beacon. */
export const deadlines = state.keySet(6, "deadlines", pairKey(height, id));
/** (finished height, id) of finished tasks that are not pruned. */
export const finished = state.keySet(7, "finished", pairKey(height, id));
export const digests = state.map(8, "digests", id, TaskDigest);
// Maps, not indexes of `tasks`: they carry pages, and what they index never changes.
export const byRequester = state.map(9, "byRequester", pairKey(addressKey, id), marker);
export const byService = state.map(10, "byService", pairKey(stringKey, id), marker);
export const nextTaskId = state.sequence(11, "nextTaskId");
export const requestCount = state.item(12, "requestCount", proto(wire.RequestCount));
/** 1 + N of every open task, from its acceptance; absent = 0. */
export const openSeatCount = state.item(13, "openSeatCount", proto(wire.SeatCount));
export const serviceSeatCount = state.map(14, "serviceSeatCount", stringKey, proto(wire.SeatCount));
export const selections = state.map(15, "selections", id, proto(wire.SelectionRecord));
/** Tables by digest, shared by the draws of one block. */
export const selectionTables = state.map(
  16,
  "selectionTables",
  bytesKey,
  proto(wire.SelectionTable),
);
export const tableReferences = state.map(
  17,
  "tableReferences",
  bytesKey,
  proto(wire.TableReferences),
);
/** Tasks drawn in this block: empty again at its end. */
export const drawnNow = state.keySet(18, "drawnNow", id);
