import {
  Response,
  ResponseFinalizeBlock,
  type Event,
  type EventAttribute,
  type ExecTxResult,
  type ResponseCheckTx,
} from "cosmjs-types/tendermint/abci/types";
import { frameLength } from "./frames.ts";
import { ReverseWriter } from "./reverseWriter.ts";

const FINALIZE_BLOCK_TAG = (21 << 3) | 2;
const CHECK_TX_TAG = (9 << 3) | 2;
const FLUSH = Uint8Array.of(26, 0);

/** Small answers are cheaper through the generated codec than through a fresh buffer. */
const FAST_FROM_ITEMS = 16;

/** The answer as frames of one write: length, then bytes. */
export function encodeFrame(response: Response): [Uint8Array, Uint8Array] {
  const body = bodyOf(response);
  return [frameLength(body.length), body];
}

function bodyOf(response: Response): Uint8Array {
  if (response.checkTx !== undefined) return checkTxBytes(response.checkTx);
  if (response.flush !== undefined) return FLUSH;
  const block = response.finalizeBlock;
  return block !== undefined && block.txResults.length + block.events.length >= FAST_FROM_ITEMS
    ? encodeFinalizeBlock(block)
    : Response.encode(response).finish();
}

// One for all: answers are copied out of it.
const checkWriter = new ReverseWriter(4096);

// A frozen answer is given again and again (app/tx/check.ts).
const known = new WeakMap<ResponseCheckTx, Uint8Array>();

function checkTxBytes(result: ResponseCheckTx): Uint8Array {
  if (!Object.isFrozen(result)) return encodeCheckTx(result);
  const found = known.get(result);
  if (found !== undefined) return found;
  const made = encodeCheckTx(result);
  known.set(result, made);
  return made;
}

/** A result of CheckTx has the fields of one of a block. */
export function encodeCheckTx(result: ResponseCheckTx): Uint8Array {
  checkWriter.clear();
  txResult(checkWriter, result);
  checkWriter.varint(checkWriter.length);
  checkWriter.varint(CHECK_TX_TAG);
  return Uint8Array.from(checkWriter.finish());
}

/** Equal in every byte to the generated codec (property test), several times as fast. */
export function encodeFinalizeBlock(block: ResponseFinalizeBlock): Uint8Array {
  const writer = new ReverseWriter();
  // Fields 3 to 5 are few and small; fields of one message may be encoded apart and joined.
  writer.bytes(
    ResponseFinalizeBlock.encode({
      ...block,
      events: [],
      txResults: [],
    }).finish(),
  );
  for (let i = block.txResults.length - 1; i >= 0; i--) {
    const result = block.txResults[i];
    if (result === undefined) continue;
    const before = writer.length;
    txResult(writer, result);
    writer.open(2, before);
  }
  events(writer, 1, block.events);
  writer.varint(writer.length);
  writer.varint(FINALIZE_BLOCK_TAG);
  return writer.finish();
}

function txResult(writer: ReverseWriter, result: ExecTxResult): void {
  text(writer, 8, result.codespace);
  events(writer, 7, result.events);
  int64(writer, 6, result.gasUsed);
  int64(writer, 5, result.gasWanted);
  text(writer, 4, result.info);
  text(writer, 3, result.log);
  if (result.data.length !== 0) {
    writer.bytes(result.data);
    writer.varint(result.data.length);
    writer.varint((2 << 3) | 2);
  }
  if (result.code !== 0) {
    writer.varint(result.code >>> 0);
    writer.varint(1 << 3);
  }
}

function events(writer: ReverseWriter, field: number, list: readonly Event[]): void {
  for (let i = list.length - 1; i >= 0; i--) {
    const event = list[i];
    if (event === undefined) continue;
    const before = writer.length;
    oneEvent(writer, event);
    writer.open(field, before);
  }
}

function oneEvent(writer: ReverseWriter, event: Event): void {
  for (let i = event.attributes.length - 1; i >= 0; i--) {
    const attribute = event.attributes[i];
    if (attribute === undefined) continue;
    const before = writer.length;
    oneAttribute(writer, attribute);
    writer.open(2, before);
  }
  text(writer, 1, event.type);
}

function oneAttribute(writer: ReverseWriter, attribute: EventAttribute): void {
  if (attribute.index) {
    writer.varint(1);
    writer.varint(3 << 3);
  }
  text(writer, 2, attribute.value);
  text(writer, 1, attribute.key);
}

function text(writer: ReverseWriter, field: number, value: string): void {
  if (value === "") return;
  writer.text(value);
  writer.varint((field << 3) | 2);
}

function int64(writer: ReverseWriter, field: number, value: bigint): void {
  if (value === 0n) return;
  writer.int64(value);
  writer.varint(field << 3);
}
