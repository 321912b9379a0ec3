import { hash } from "node:crypto";
import { AuthInfo, SignDoc, TxBody, TxRaw, type Any, type Coin } from "../../proto/cosmos.ts";
import type { WireType } from "../../core/codec.ts";
import type { TestKey } from "./keys.ts";

export type TxOptions = {
  /** "100uassay", "5a,7b" or "" for none. */
  readonly fee?: string;
  readonly gas?: bigint;
  readonly memo?: string;
  readonly timeoutHeight?: bigint;
  /** Of the first signer; the others count from what the chain knows. */
  readonly sequence?: bigint;
  readonly accountNumber?: bigint;
  readonly chainId?: string;
  readonly payer?: TestKey;
  readonly granter?: string;
  readonly mode?: number;
  /** Changes any part before it is signed. */
  readonly edit?: (parts: { body: TxBody; authInfo: AuthInfo }) => void;
  /** Leaves the public keys out. */
  readonly keyless?: boolean;
  /** Empty signatures, as CosmJS simulates. */
  readonly unsigned?: boolean;
  /** 64 zero bytes for a signature, as Keplr simulates. */
  readonly zeroSigned?: boolean;
};

export type Signer = {
  readonly key: TestKey;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
};

/** A message of a transaction, from the generated type and some of its fields. */
export function msg<T extends object>(
  typeUrl: string,
  type: WireType<T> & { fromPartial(fields: never): T },
  fields: Partial<T>,
): Any {
  const value = type.encode(type.fromPartial(fields as never)).finish();
  return { typeUrl, value };
}

export function coinsOf(text: string): Coin[] {
  if (text === "") return [];
  return text.split(",").map((part) => {
    const amount = /^[0-9]+/.exec(part)?.[0] ?? "";
    return { amount, denom: part.slice(amount.length) };
  });
}

/** The canonical bytes of a transaction that every signer signed in DIRECT mode. */
export function signTx(
  signers: readonly Signer[],
  messages: readonly Any[],
  options: TxOptions & { chainId: string },
): Uint8Array {
  const { fee = "", gas = 1_000_000n, memo = "", timeoutHeight = 0n, mode = 1 } = options;
  const body = TxBody.fromPartial({ messages: [...messages], memo, timeoutHeight });
  const authInfo = AuthInfo.fromPartial({
    signerInfos: signers.map(({ key, sequence }) => ({
      ...(options.keyless === true ? {} : { publicKey: keyAny(key) }),
      modeInfo: { single: { mode } },
      sequence,
    })),
    fee: {
      amount: coinsOf(fee),
      gasLimit: gas,
      payer: options.payer?.address ?? "",
      granter: options.granter ?? "",
    },
  });
  options.edit?.({ body, authInfo });
  const bodyBytes = TxBody.encode(body).finish();
  const authInfoBytes = AuthInfo.encode(authInfo).finish();
  const signatures = signers.map(({ key, accountNumber }) => {
    const { chainId } = options;
    if (options.unsigned === true) return new Uint8Array();
    if (options.zeroSigned === true) return new Uint8Array(64);
    const doc = SignDoc.encode({ bodyBytes, authInfoBytes, chainId, accountNumber }).finish();
    return key.sign(Uint8Array.from(hash("sha256", doc, "buffer")));
  });
  return TxRaw.encode({ bodyBytes, authInfoBytes, signatures }).finish();
}

export function keyAny({ publicKey }: TestKey): Any {
  const value = Uint8Array.of(0x0a, publicKey.length, ...publicKey);
  return { typeUrl: "/cosmos.crypto.secp256k1.PubKey", value };
}
