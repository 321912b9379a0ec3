declare const brand: unique symbol;

/** A value that only its parser makes: two brands over one type cannot be mixed up. */
export type Branded<T, B extends string> = T & { readonly [brand]: B };

/** Bech32 text of a 20- or 32-byte account address, in the chain's configured prefix. */
export type Address = Branded<string, "Address">;
/** Base units, 0 .. 2^128-1. */
export type Amount = Branded<bigint, "Amount">;
/** A block height, 0 before the first block. */
export type Height = Branded<bigint, "Height">;
/** A fraction scaled by 1e18 (the integer form of LegacyDec). */
export type Dec = Branded<bigint, "Dec">;
/** 32 bytes of a sha256 digest. */
export type Hash = Branded<Uint8Array, "Hash">;
/** 20 bytes that name a consensus validator. */
export type ConsAddress = Branded<Uint8Array, "ConsAddress">;
