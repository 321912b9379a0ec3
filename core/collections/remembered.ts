import type { Codec } from "../codec.ts";

/**
 * A codec that decodes the same byte array once. Stored bytes are never changed after they were handed over
 * (core/store/kv.ts), so what they decode to is theirs for ever: the memory can be lost at any time and changes no
 * result (THREATS D17). It goes with the bytes. Values are frozen, because all readers share them.
 */
export function remembered<T extends object>(codec: Codec<T>): Codec<T> {
  return { encode: (value) => codec.encode(value), decode: decodingOnce(codec, new WeakMap()) };
}

/**
 * The same, and what is written is remembered too, for records that a block writes and reads again: such a value is what
 * its bytes decode to, field by field (a property of the codec and its writers that a test holds).
 */
export function rememberedWritten<T extends object>(codec: Codec<T>): Codec<T> {
  const known = new WeakMap<Uint8Array, T>();
  return {
    encode(value) {
      const bytes = codec.encode(value);
      known.set(bytes, Object.freeze({ ...value }));
      return bytes;
    },
    decode: decodingOnce(codec, known),
  };
}

function decodingOnce<T extends object>(
  codec: Codec<T>,
  known: WeakMap<Uint8Array, T>,
): Codec<T>["decode"] {
  return (bytes) => {
    const found = known.get(bytes);
    if (found !== undefined) return found;
    const value = Object.freeze(codec.decode(bytes));
    known.set(bytes, value);
    return value;
  };
}

/**
 * The same for the last values read or written, at most `limit` of them, where all would be too many to hold twice.
 * What is written is remembered too: such a value is what its bytes decode to, field by field (a property of the codec
 * that its test holds).
 */
export function recent<T extends object>(codec: Codec<T>, limit: number): Codec<T> {
  let young = new WeakMap<Uint8Array, T>();
  let old = young;
  let held = 0;
  const remember = (bytes: Uint8Array, value: T): void => {
    // Two halves: the older one goes when the younger is full.
    if (held >= limit >> 1) {
      old = young;
      young = new WeakMap();
      held = 0;
    }
    held += 1;
    young.set(bytes, Object.freeze(value));
  };
  return {
    encode(value) {
      const bytes = codec.encode(value);
      remember(bytes, value);
      return bytes;
    },
    decode(bytes) {
      const fresh = young.get(bytes);
      if (fresh !== undefined) return fresh;
      const value = old.get(bytes) ?? codec.decode(bytes);
      remember(bytes, value);
      return value;
    },
  };
}
