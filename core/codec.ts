import type { Address, Amount, Dec } from "./brand.ts";
import { address } from "./crypto/address.ts";
import { sdkErrors } from "./errors.ts";
import { amount, maxAmount, parseDecimal } from "./math/integers.ts";

/** What ts-proto and cosmjs-types generate for a message. */
export type WireType<T> = {
  encode(message: T): { finish(): Uint8Array };
  decode(input: Uint8Array): T;
};

/** Bytes of one kind of value; equal values give equal bytes. */
export type Codec<T> = {
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
};

/** One field at the border between the generated type and ours. */
export type Field<R, T> = { fromWire(raw: R): T; toWire(value: T): R };

/** A whole message at that border; nests as a field of another one. */
export type Message<R, T> = Codec<T> & Field<R, T>;

export type Decoded<C> = C extends Codec<infer T> ? T : never;

/** The codec of a generated message as it is. */
export function proto<T>(wire: WireType<T>): Message<T, T> {
  return {
    encode: (value) => wire.encode(value).finish(),
    decode: (bytes) => wire.decode(bytes),
    fromWire: (raw) => raw,
    toWire: (value) => value,
  };
}

type Fields<R> = { readonly [K in keyof R]?: Field<R[K], unknown> };
type Ours<R, F> = {
  [K in keyof R]: K extends keyof F
    ? F[K] extends { fromWire(raw: never): infer T }
      ? T
      : R[K]
    : R[K];
};

/**
 * The one border to protobuf: the named fields pass their parser on the way in, carry their brand or their integer
 * type inside, and turn back on the way out. A message without named fields needs only `proto`.
 */
export function branded<R extends object, const F extends Fields<R>>(
  wire: WireType<R>,
  fields: F,
): Message<R, Ours<R, F>> {
  const list = Object.entries(fields) as [keyof R, Field<unknown, unknown>][];
  const fromWire = (raw: R): Ours<R, F> => {
    const out: R = { ...raw };
    for (const [name, field] of list) out[name] = field.fromWire(raw[name]) as R[keyof R];
    return out as unknown as Ours<R, F>;
  };
  const toWire = (value: Ours<R, F>): R => {
    const out = { ...value } as unknown as R;
    for (const [name, field] of list) out[name] = field.toWire(out[name]) as R[keyof R];
    return out;
  };
  return {
    fromWire,
    toWire,
    encode: (value) => wire.encode(toWire(value)).finish(),
    decode: (bytes) => fromWire(wire.decode(bytes)),
  };
}

/** A brand without a check: ids and other values that the chain itself assigned. */
export function brand<R, T extends R>(): Field<R, T> {
  return { fromWire: (raw) => raw as T, toWire: (value) => value };
}

/** Bech32 text in the configured prefix; anything else is sdk/7. */
export const addressField: Field<string, Address> = { fromWire: address, toWire: (value) => value };

/** An address, or empty text where none is given. */
export const addressOrNoneField: Field<string, Address | ""> = {
  fromWire: (raw) => (raw === "" ? "" : address(raw)),
  toWire: (value) => value,
};

/** Base units as canonical decimal text; empty text counts as 0; anything else is sdk/18. */
export const amountField: Field<string, Amount> = {
  fromWire(raw) {
    const value = raw === "" ? 0n : parseDecimal(raw);
    if (value === undefined || value > maxAmount) {
      throw sdkErrors.invalidRequest(
        `amount: expected decimal digits up to 2^128-1, got "${raw}": invalid request`,
      );
    }
    return amount(value);
  },
  toWire: (value) => value.toString(),
};

/** A fraction in the integer form of LegacyDec ("500000000000000000" is 0.5). */
export const decField: Field<string, Dec> = {
  fromWire: (raw) => amountField.fromWire(raw) as bigint as Dec,
  toWire: (value) => value.toString(),
};

/** Each element of a repeated field. */
export function listOf<R, T>(field: Field<R, T>): Field<R[], T[]> {
  return {
    fromWire: (raw) => raw.map((item) => field.fromWire(item)),
    toWire: (value) => value.map((item) => field.toWire(item)),
  };
}

/** A nested message that may be absent. */
export function optional<R, T>(field: Field<R, T>): Field<R | undefined, T | undefined> {
  return {
    fromWire: (raw) => (raw === undefined ? undefined : field.fromWire(raw)),
    toWire: (value) => (value === undefined ? undefined : field.toWire(value)),
  };
}

/** A nested message that must be there; absent is sdk/18. */
export function required<R, T>(field: Field<R, T>, name: string): Field<R | undefined, T> {
  return {
    fromWire(raw) {
      if (raw === undefined)
        throw sdkErrors.invalidRequest(`${name}: expected a value, got none: invalid request`);
      return field.fromWire(raw);
    },
    toWire: (value) => field.toWire(value),
  };
}
