import type { Address } from "../../core/brand.ts";
import { equalBytes } from "../../core/bytes.ts";
import { sdkErrors } from "../../core/errors.ts";
import type { MsgDef } from "../../core/module.ts";
import { WireScanner } from "../../core/wire/scanner.ts";
import { AuthInfo, TxBody, TxRaw, type Any } from "../../proto/cosmos.ts";
import type { Registry } from "../appRegistry.ts";
import { sameBytes } from "../crypto/nativeBytes.ts";
import type { CheckedTx } from "./checkedTx.ts";
import { publicKeyOf, type PublicKey } from "./keys.ts";
import { readPlainTx, type TxParts } from "./plainTx.ts";

/** A message with its definition: parsed, and with its one signer. */
export type Message = {
  readonly typeUrl: string;
  readonly def: MsgDef<unknown, unknown>;
  readonly value: unknown;
  readonly signer: Address;
};

/** What a verdict on a signature depends on beside the transaction itself. */
export type Verified = {
  readonly key: Uint8Array;
  readonly accountNumber: bigint;
  readonly chainId: string;
};

/** A transaction whose every byte was read; it keeps nothing that depends on the state. */
export class DecodedTx {
  readonly registry: Registry;
  readonly #bytes: Uint8Array;
  readonly raw: TxRaw;
  readonly body: TxBody;
  readonly authInfo: AuthInfo;
  /** Left here by checkMessages; what throws is not kept and throws again. */
  checked: CheckedTx | undefined;
  #messages: readonly Message[] | undefined;
  #publicKeys: readonly (PublicKey | undefined)[] | undefined;
  readonly #verified: (Verified | undefined)[] = [];

  constructor(registry: Registry, bytes: Uint8Array, raw: TxRaw, body: TxBody, authInfo: AuthInfo) {
    this.registry = registry;
    this.#bytes = bytes;
    this.raw = raw;
    this.body = body;
    this.authInfo = authInfo;
  }

  get size(): number {
    return this.#bytes.length;
  }

  isOf(bytes: Uint8Array): boolean {
    return sameBytes(bytes, this.#bytes);
  }

  get gasLimit(): bigint {
    return this.authInfo.fee?.gasLimit ?? 0n;
  }

  /** Parsed at the first call; a field that its parser refuses throws that parser's error each time. */
  get messages(): readonly Message[] {
    this.#messages ??= this.body.messages.map((any) => this.#parse(any));
    return this.#messages;
  }

  /** The key of each signer_info, undefined where it names none; a key that nobody can use throws each time. */
  get publicKeys(): readonly (PublicKey | undefined)[] {
    this.#publicKeys ??= this.authInfo.signerInfos.map(({ publicKey }) =>
      publicKey === undefined ? undefined : publicKeyOf(publicKey),
    );
    return this.#publicKeys;
  }

  /**
   * Whether signature `index` was found good before for these three: with the transaction's bytes they are all that a
   * verdict depends on. Only good ones are kept.
   */
  isVerified(index: number, { key, accountNumber, chainId }: Verified): boolean {
    const known = this.#verified[index];
    return (
      known?.accountNumber === accountNumber &&
      known.chainId === chainId &&
      (known.key === key || equalBytes(known.key, key))
    );
  }

  /** Whether CheckTx looked at its first signature: the others are then known or not worth a batch. */
  get hasVerdict(): boolean {
    return this.#verified.length > 0;
  }

  setVerified(index: number, by: Verified): void {
    this.#verified[index] = by;
  }

  #parse({ typeUrl, value }: Any): Message {
    const def = this.registry.msgs.get(typeUrl);
    if (def === undefined) throw sdkErrors.txDecode(`${typeUrl}: no handler: tx parse error`);
    const parsed = def.request.decode(value);
    return { typeUrl, def, value: parsed, signer: def.signer(parsed) };
  }
}

/**
 * The one decoder of transactions (WIRE.md 5 and 18.3): sdk/2 for anything that is not canonical. Nothing is encoded again
 * to compare: that the scanner passes canonical bytes only is what the fuzzer holds against two codecs.
 */
export function decodeTx(registry: Registry, bytes: Uint8Array): DecodedTx {
  const { raw, body, authInfo } = readPlainTx(registry, bytes) ?? readTx(registry, bytes);
  return new DecodedTx(registry, bytes, raw, body, authInfo);
}

/** Any transaction; decodeTx reads the plain ones sooner. */
export function readTx(registry: Registry, bytes: Uint8Array): TxParts {
  const scanner = new WireScanner(registry.schema, registry.resolve);
  const pass = (name: string, part: Uint8Array, depth: number): void => {
    const fault = scanner.scan(`cosmos.tx.v1beta1.${name}`, part, depth);
    if (fault !== undefined) throw sdkErrors.txDecode(`${name}: ${fault}: tx parse error`);
  };
  if (bytes.length === 0) throw sdkErrors.txDecode("tx bytes are empty: tx parse error");
  pass("TxRaw", bytes, 1);
  const raw = TxRaw.decode(bytes);
  pass("TxBody", raw.bodyBytes, 2);
  pass("AuthInfo", raw.authInfoBytes, 2);
  const body = TxBody.decode(raw.bodyBytes);
  const authInfo = AuthInfo.decode(raw.authInfoBytes);
  for (const { typeUrl } of body.messages) {
    if (!registry.msgs.has(typeUrl))
      throw sdkErrors.txDecode(`unable to resolve type URL ${typeUrl}: tx parse error`);
  }
  return { raw, body, authInfo };
}
