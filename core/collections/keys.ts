import type { Address } from "../brand.ts";
import { bytesFromKey, keyFromBytes, utf8Decode, utf8Encode } from "../bytes.ts";
import { bytesOfAddress } from "../crypto/address.ts";
import { addressFromBytes, bech32Config } from "../crypto/bech32.ts";
import { BugError, sdkErrors, type TxError } from "../errors.ts";
import type { StoreKey } from "../store/kv.ts";

/**
 * A part of a store key as a byte string. A variable part has a one-byte length unless it is the last, so that
 * different keys never encode alike and none is the beginning of another's part (THREATS B13). Order of encoded
 * keys = order of parts; a part with a length goes by its length first.
 */
export type KeyCodec<K> = {
  encode(key: K, last: boolean): string;
  /** The part that begins at `at`, and where the next one begins. */
  decode(text: string, at: number, last: boolean): readonly [K, number];
  /** Of a composite key: the encoded first part, under which its entries lie together. */
  head?(first: Head<K>): string;
  /** Of keys that a block names again and again: what `make` gives, with a memory (P7). It changes no result. */
  remembering?(make: (key: K) => string): (key: K) => string;
};

/** First part of a composite key. */
export type Head<K> = K extends readonly [infer A, ...unknown[]] ? A : never;

/** Whoever asks for such a key named something that nothing was ever stored under: no bug of ours. */
function unstorable(text: string): TxError {
  return sdkErrors.invalidRequest(`key part: expected ${text}: invalid request`);
}

function variable(text: string, last: boolean): string {
  if (last) return text;
  if (text.length > 255) throw unstorable(`at most 255 bytes, got ${text.length}`);
  return String.fromCharCode(text.length) + text;
}

function variableEnd(text: string, at: number, last: boolean): readonly [number, number] {
  return last ? [at, text.length] : [at + 1, at + 1 + text.charCodeAt(at)];
}

/** 8 bytes big-endian. */
export function u64Key<K extends bigint = bigint>(): KeyCodec<K> {
  return {
    encode(key) {
      if (key < 0n || key > 0xffffffffffffffffn) throw new BugError(`u64 key: got ${key}`);
      const high = Number(key >> 32n);
      const low = Number(key & 0xffffffffn);
      return word(high) + word(low);
    },
    decode: (text, at) => [
      ((BigInt(unword(text, at)) << 32n) | BigInt(unword(text, at + 4))) as K,
      at + 8,
    ],
  };
}

function word(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

function unword(text: string, at: number): number {
  return (
    ((text.charCodeAt(at) << 24) |
      (text.charCodeAt(at + 1) << 16) |
      (text.charCodeAt(at + 2) << 8) |
      text.charCodeAt(at + 3)) >>>
    0
  );
}

/** One byte, 0..255: small tables by role or kind. */
export function u8Key<K extends number = number>(): KeyCodec<K> {
  return {
    encode(key) {
      if ((key & 255) !== key) throw unstorable(`0..255, got ${key}`);
      return String.fromCharCode(key);
    },
    decode: (text, at) => [text.charCodeAt(at) as K, at + 1],
  };
}

const rememberedKeys = 131_072;

function rememberingText<K extends string>(make: (key: K) => string): (key: K) => string {
  const known = new Map<K, string>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const text = make(key);
    if (known.size === rememberedKeys) known.clear();
    known.set(key, text);
    return text;
  };
}

/** The same for pairs: one of many, such as an address, and one of few. */
function rememberingPair<K extends readonly [string, string]>(
  many: 0 | 1,
): (make: (key: K) => string) => (key: K) => string {
  const few = many === 0 ? 1 : 0;
  return (make) => {
    const known = new Map<string, Map<string, string>>();
    let size = 0;
    return (key) => {
      const found = known.get(key[few])?.get(key[many]);
      if (found !== undefined) return found;
      const text = make(key);
      if (size === rememberedKeys) {
        known.clear();
        size = 0;
      }
      size += 1;
      const under = known.get(key[few]);
      if (under === undefined) known.set(key[few], new Map([[key[many], text]]));
      else under.set(key[many], text);
      return text;
    };
  };
}

const textOfAddress = rememberingText<Address>((key) => keyFromBytes(bytesOfAddress(key)));

/** The way back, for keys that are walked again and again. */
function addressesOfTexts(): (text: string) => Address {
  let known = new Map<string, Address>();
  let prefix = bech32Config.prefix;
  return (text) => {
    const found = prefix === bech32Config.prefix ? known.get(text) : undefined;
    if (found !== undefined) return found;
    if (prefix !== bech32Config.prefix || known.size === rememberedKeys) known = new Map();
    prefix = bech32Config.prefix;
    const made = addressFromBytes(bytesFromKey(text as StoreKey));
    known.set(text, made);
    return made;
  };
}
const addressOfText = addressesOfTexts();

/** The 20 or 32 bytes of an address. */
export const addressKey: KeyCodec<Address> = {
  encode: (key, last) => variable(textOfAddress(key), last),
  remembering: rememberingText,
  decode(text, at, last) {
    const [start, end] = variableEnd(text, at, last);
    return [addressOfText(text.slice(start, end)), end];
  },
};

/** ASCII is its own byte string: names and denoms, which most texts are, cost no array. */
function byteString(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 127) return keyFromBytes(utf8Encode(text));
  }
  return text;
}

/** UTF-8 text, at most 255 bytes unless last. */
export const stringKey: KeyCodec<string> = {
  encode: (key, last) => variable(byteString(key), last),
  decode(text, at, last) {
    const [start, end] = variableEnd(text, at, last);
    return [utf8Decode(bytesFromKey(text.slice(start, end) as StoreKey)), end];
  },
};

/** ASCII text that ends in a zero byte: the form of the SDK's denom index. */
export const zeroEndedKey: KeyCodec<string> = {
  encode(key) {
    for (let i = 0; i < key.length; i++) {
      const code = key.charCodeAt(i);
      if (code < 1 || code > 127) throw unstorable(`ASCII, got unit ${code}`);
    }
    return `${key}\0`;
  },
  decode(text, at) {
    const end = text.indexOf("\0", at);
    if (end < 0) throw new BugError("key part: expected a closing zero byte, got none");
    return [text.slice(at, end), end + 1];
  },
};

/** An address and a text, as balances have it. */
export const addressTextKey: KeyCodec<readonly [Address, string]> = {
  ...pairKey(addressKey, stringKey),
  remembering: rememberingPair(0),
};

/** A text and an address: a node of a service. */
export const textAddressKey: KeyCodec<readonly [string, Address]> = {
  ...pairKey(stringKey, addressKey),
  remembering: rememberingPair(1),
};

/** Bytes, at most 255 unless last. */
export const bytesKey: KeyCodec<Uint8Array> = {
  encode: (key, last) => variable(keyFromBytes(key), last),
  decode(text, at, last) {
    const [start, end] = variableEnd(text, at, last);
    return [bytesFromKey(text.slice(start, end) as StoreKey), end];
  },
};

export function pairKey<A, B>(a: KeyCodec<A>, b: KeyCodec<B>): KeyCodec<readonly [A, B]> {
  return {
    head: (first) => a.encode(first as A, false),
    encode: (key, last) => a.encode(key[0], false) + b.encode(key[1], last),
    decode(text, at, last) {
      const [first, next] = a.decode(text, at, false);
      const [second, end] = b.decode(text, next, last);
      return [[first, second], end];
    },
  };
}

export function tripleKey<A, B, C>(
  a: KeyCodec<A>,
  b: KeyCodec<B>,
  c: KeyCodec<C>,
): KeyCodec<readonly [A, B, C]> {
  return {
    head: (first) => a.encode(first as A, false),
    encode: (key, last) =>
      a.encode(key[0], false) + b.encode(key[1], false) + c.encode(key[2], last),
    decode(text, at, last) {
      const [first, second] = a.decode(text, at, false);
      const [middle, third] = b.decode(text, second, false);
      const [final, end] = c.decode(text, third, last);
      return [[first, middle, final], end];
    },
  };
}

export function quadKey<A, B, C, D>(
  a: KeyCodec<A>,
  b: KeyCodec<B>,
  c: KeyCodec<C>,
  d: KeyCodec<D>,
): KeyCodec<readonly [A, B, C, D]> {
  const front = pairKey(a, b);
  const back = pairKey(c, d);
  return {
    head: (first) => a.encode(first as A, false),
    encode: (key, last) =>
      front.encode([key[0], key[1]], false) + back.encode([key[2], key[3]], last),
    decode(text, at, last) {
      const [[first, second], middle] = front.decode(text, at, false);
      const [[third, fourth], end] = back.decode(text, middle, last);
      return [[first, second, third, fourth], end];
    },
  };
}
