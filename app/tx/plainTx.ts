import { WireScanner } from "../../core/wire/scanner.ts";
import type { AuthInfo, TxBody, TxRaw } from "../../proto/cosmos.ts";
import type { Registry } from "../appRegistry.ts";
import { asciiText } from "../crypto/nativeBytes.ts";
import { secp256k1Type } from "./keys.ts";

export type TxParts = { readonly raw: TxRaw; readonly body: TxBody; readonly authInfo: AuthInfo };

/** Fields outside the message: the scanner counts those of a whole transaction. */
const outerFields = 20;
const keyBytes = 33;
const signatureBytes = 64;
/** ModeInfo of SIGN_MODE_DIRECT, and PubKey of 33 bytes, as far as they are always the same. */
const directMode = [0x12, 4, 0x0a, 2, 8, 1] as const;
const keyHead = [0x0a, keyBytes] as const;

/**
 * The form that nearly every transaction has, read in one pass: one message, one signer with a secp256k1 key in DIRECT
 * mode, a fee of at most one coin. undefined for all else, and for whatever is not canonical: the general decoder then
 * says what it is. What is read here is what that one reads (test/fuzz/targets/tx.ts).
 */
export function readPlainTx(registry: Registry, bytes: Uint8Array): TxParts | undefined {
  const outer = new Reader(bytes);
  const bodyBytes = outer.bytes(0x0a);
  const authInfoBytes = outer.bytes(0x12);
  const signature = outer.bytes(0x1a);
  if (bodyBytes === undefined || authInfoBytes === undefined || !outer.ended) return undefined;
  if (signature?.length !== signatureBytes) return undefined;
  const authInfo = authInfoOf(new Reader(authInfoBytes));
  if (authInfo === undefined) return undefined;
  const body = bodyOf(registry, new Reader(bodyBytes));
  if (body === undefined) return undefined;
  return { raw: { bodyBytes, authInfoBytes, signatures: [signature] }, body, authInfo };
}

function bodyOf(registry: Registry, body: Reader): TxBody | undefined {
  const any = body.message(0x0a);
  const memo = body.isNext(0x12) ? body.text(0x12) : "";
  if (any === undefined || memo === undefined || !body.ended) return undefined;
  const typeUrl = any.text(0x0a);
  const value = any.bytes(0x12);
  if (typeUrl === undefined || value === undefined || !any.ended) return undefined;
  const name = registry.resolve(typeUrl);
  if (name === undefined || !registry.msgs.has(typeUrl)) return undefined;
  const scanner = new WireScanner(registry.schema, registry.resolve, outerFields);
  if (scanner.scan(name, value, 4) !== undefined) return undefined;
  return {
    messages: [{ typeUrl, value }],
    memo,
    timeoutHeight: 0n,
    unordered: false,
    extensionOptions: [],
    nonCriticalExtensionOptions: [],
  };
}

function authInfoOf(auth: Reader): AuthInfo | undefined {
  const signer = auth.message(0x0a);
  const fee = auth.message(0x12);
  if (signer === undefined || fee === undefined || !auth.ended) return undefined;
  const any = signer.message(0x0a);
  if (any === undefined || !signer.takes(directMode)) return undefined;
  const sequence = signer.isNext(0x18) ? signer.number(0x18) : 0n;
  if (sequence === undefined || !signer.ended) return undefined;
  const typeUrl = any.text(0x0a);
  const value = any.bytes(0x12);
  if (typeUrl !== secp256k1Type || value === undefined || !any.ended) return undefined;
  if (value.length !== keyHead.length + keyBytes || !new Reader(value).takes(keyHead))
    return undefined;
  const coin = fee.isNext(0x0a) ? fee.message(0x0a) : undefined;
  const gasLimit = fee.number(0x10);
  if (gasLimit === undefined || !fee.ended) return undefined;
  const amount = coin === undefined ? [] : coinOf(coin);
  if (amount === undefined) return undefined;
  const modeInfo = { single: { mode: 1 } };
  return {
    signerInfos: [{ publicKey: { typeUrl, value }, modeInfo, sequence }],
    fee: { amount, gasLimit, payer: "", granter: "" },
  };
}

function coinOf(coin: Reader): { denom: string; amount: string }[] | undefined {
  const denom = coin.text(0x0a);
  const amount = coin.text(0x12);
  if (denom === undefined || amount === undefined || !coin.ended) return undefined;
  return [{ denom, amount }];
}

/** Fields in the order in which they are expected; each answers undefined for anything but a canonical one. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  isNext(tag: number): boolean {
    return this.#bytes[this.#at] === tag;
  }

  takes(expected: readonly number[]): boolean {
    for (const byte of expected) if (this.#bytes[this.#at++] !== byte) return false;
    return true;
  }

  /** At least one byte: an empty field is not written. */
  bytes(tag: number): Uint8Array | undefined {
    if (this.#bytes[this.#at] !== tag) return undefined;
    let length = this.#bytes[this.#at + 1] ?? 0;
    let start = this.#at + 2;
    if (length > 0x7f) {
      const high = this.#bytes[start++] ?? 0;
      if (high > 0x7f || high === 0) return undefined;
      length = (length & 0x7f) | (high << 7);
    }
    const end = start + length;
    if (length === 0 || end > this.#bytes.length) return undefined;
    this.#at = end;
    return this.#bytes.subarray(start, end);
  }

  message(tag: number): Reader | undefined {
    const bytes = this.bytes(tag);
    return bytes === undefined ? undefined : new Reader(bytes);
  }

  /** ASCII alone. */
  text(tag: number): string | undefined {
    const bytes = this.bytes(tag);
    return bytes === undefined ? undefined : asciiText(bytes);
  }

  /** A varint above 0 and below 2^49. */
  number(tag: number): bigint | undefined {
    if (this.#bytes[this.#at] !== tag) return undefined;
    let value = 0;
    let scale = 1;
    for (let i = 1; i <= 7; i++) {
      const byte = this.#bytes[this.#at + i] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte > 0x7f) continue;
      if (byte === 0) return undefined;
      this.#at += i + 1;
      return BigInt(value);
    }
    return undefined;
  }
}
