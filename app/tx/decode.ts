import type { Address } from "../../core/brand.ts";
import { equalBytes } from "../../core/bytes.ts";
import { sdkErrors } from "../../core/errors.ts";
import type { MsgDef } from "../../core/module.ts";
import { WireScanner } from "../../core/wire/scanner.ts";
import { AuthInfo, TxBody, TxRaw, type Any } from "../../proto/cosmos.ts";
import type { Registry } from "../appRegistry.ts";
import { nativeSha256 } from "../crypto/hash.ts";

/** A message with its definition: parsed, and with its one signer. */
export type Message = {
  readonly typeUrl: string;
  readonly def: MsgDef<unknown, unknown>;
  readonly value: unknown;
  readonly signer: Address;
};

/** A transaction whose every byte was read; it keeps nothing that depends on the state. */
export class DecodedTx {
  readonly size: number;
  readonly hash: Uint8Array;
  readonly raw: TxRaw;
  readonly body: TxBody;
  readonly authInfo: AuthInfo;
  readonly #defs: ReadonlyMap<string, MsgDef<unknown, unknown>>;
  #messages: readonly Message[] | undefined;

  constructor(registry: Registry, bytes: Uint8Array, raw: TxRaw, body: TxBody, authInfo: AuthInfo) {
    this.size = bytes.length;
    this.hash = nativeSha256(bytes);
    this.raw = raw;
    this.body = body;
    this.authInfo = authInfo;
    this.#defs = registry.msgs;
  }

  get gasLimit(): bigint {
    return this.authInfo.fee?.gasLimit ?? 0n;
  }

  /** Parsed at the first call; a field that its parser refuses throws that parser's error each time. */
  get messages(): readonly Message[] {
    this.#messages ??= this.body.messages.map((any) => this.#parse(any));
    return this.#messages;
  }

  #parse({ typeUrl, value }: Any): Message {
    const def = this.#defs.get(typeUrl);
    if (def === undefined) throw sdkErrors.txDecode(`${typeUrl}: no handler: tx parse error`);
    const parsed = def.request.decode(value);
    return { typeUrl, def, value: parsed, signer: def.signer(parsed) };
  }
}

/** The one decoder of transactions (WIRE.md 5 and 18.3): sdk/2 for anything that is not canonical. */
export function decodeTx(registry: Registry, bytes: Uint8Array): DecodedTx {
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
  const same =
    equalBytes(TxRaw.encode(raw).finish(), bytes) &&
    equalBytes(TxBody.encode(body).finish(), raw.bodyBytes) &&
    equalBytes(AuthInfo.encode(authInfo).finish(), raw.authInfoBytes);
  // The scanner lets nothing else through; this holds the promise even where its schema and the codec differ.
  if (!same) throw sdkErrors.txDecode("tx: expected canonical bytes: tx parse error");
  for (const { typeUrl } of body.messages) {
    if (!registry.msgs.has(typeUrl))
      throw sdkErrors.txDecode(`unable to resolve type URL ${typeUrl}: tx parse error`);
  }
  return new DecodedTx(registry, bytes, raw, body, authInfo);
}
