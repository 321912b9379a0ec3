import type { RequestCheckTx } from "cosmjs-types/tendermint/abci/types";

const CHECK_TX_TAG = (8 << 3) | 2;
const TX_TAG = (1 << 3) | 2;
const RECHECK = [2 << 3, 1] as const;

type Length = { readonly value: number; readonly at: number };

/**
 * A CheckTx in the one form that CometBFT writes: it sends the whole mempool again after each block, and the generated
 * decoder copies every transaction. undefined for anything else, which the generated decoder then judges.
 */
export function readCheckTx(frame: Uint8Array): RequestCheckTx | undefined {
  if (frame[0] !== CHECK_TX_TAG) return undefined;
  const outer = lengthAt(frame, 1);
  if (outer === undefined || outer.at + outer.value !== frame.length) return undefined;
  if (frame[outer.at] !== TX_TAG) return undefined;
  const inner = lengthAt(frame, outer.at + 1);
  if (inner === undefined) return undefined;
  const end = inner.at + inner.value;
  const rest = frame.length - end;
  const recheck = rest === 2 && frame[end] === RECHECK[0] && frame[end + 1] === RECHECK[1];
  if (rest !== 0 && !recheck) return undefined;
  // Copied: the frame is a piece of a chunk that the socket's next read may follow in.
  return { tx: frame.slice(inner.at, end), type: recheck ? 1 : 0 };
}

/** A length of up to four bytes. */
function lengthAt(bytes: Uint8Array, from: number): Length | undefined {
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[from + i] ?? 0x80;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return { value, at: from + i + 1 };
  }
  return undefined;
}
