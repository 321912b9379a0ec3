import { utf8Encode } from "../../core/bytes.ts";
import { unsignable } from "../../core/amino/errors.ts";
import { canonicalJson, type AminoValue } from "../../core/amino/json.ts";
import { aminoMsg } from "../../core/amino/value.ts";
import { putUvarint, uvarintLength } from "../../core/store/varint.ts";
import type { DecodedTx, Verified } from "./decode.ts";

type Account = Omit<Verified, "key">;

/**
 * What SIGN_MODE_DIRECT signs: the bytes as they came (WIRE.md 6). Equal in every byte to SignDoc's generated encoder, which
 * copies the transaction twice (test/unit/app/tx/signDoc.test.ts).
 */
export function directDoc(tx: DecodedTx, { chainId, accountNumber }: Account): Uint8Array {
  const { bodyBytes, authInfoBytes } = tx.raw;
  const chain = utf8Encode(chainId);
  const number = Number(accountNumber);
  const size = fieldSize(bodyBytes) + fieldSize(authInfoBytes) + fieldSize(chain);
  const out = new Uint8Array(size + (number === 0 ? 0 : 1 + uvarintLength(number)));
  let at = putField(out, 0, 0x0a, bodyBytes);
  at = putField(out, at, 0x12, authInfoBytes);
  at = putField(out, at, 0x1a, chain);
  if (number === 0) return out;
  out[at] = 0x20;
  putUvarint(out, at + 1, number);
  return out;
}

function fieldSize({ length }: Uint8Array): number {
  return length === 0 ? 0 : 1 + uvarintLength(length) + length;
}

/** Empty bytes are the default and not written. */
function putField(out: Uint8Array, at: number, tag: number, bytes: Uint8Array): number {
  if (bytes.length === 0) return at;
  out[at] = tag;
  const start = putUvarint(out, at + 1, bytes.length);
  out.set(bytes, start);
  return start + bytes.length;
}

/**
 * What SIGN_MODE_LEGACY_AMINO_JSON signs, with the sequence that signer_info `index` names (WIRE.md 8). sdk/4 for what
 * it cannot say: whatever is not in the document would not be signed.
 */
export function aminoDoc(tx: DecodedTx, index: number, account: Account): Uint8Array {
  const { body, authInfo } = tx;
  if (authInfo.tip !== undefined) throw unsignable("tip: expected none");
  if (body.unordered || body.timeoutTimestamp !== undefined)
    throw unsignable("unordered: expected an ordered transaction");
  if (body.extensionOptions.length > 0 || body.nonCriticalExtensionOptions.length > 0)
    throw unsignable("extension options: expected none");
  return utf8Encode(
    canonicalJson({
      account_number: account.accountNumber.toString(),
      chain_id: account.chainId,
      fee: feeOf(tx),
      memo: body.memo,
      msgs: body.messages.map(aminoMsg),
      sequence: (authInfo.signerInfos[index]?.sequence ?? 0n).toString(),
      ...(body.timeoutHeight === 0n ? {} : { timeout_height: body.timeoutHeight.toString() }),
    }),
  );
}

function feeOf({ authInfo }: DecodedTx): AminoValue {
  const { fee } = authInfo;
  if (fee === undefined) throw unsignable("fee: expected a value, got none");
  return {
    amount: fee.amount.map(({ denom, amount }) => ({ denom, amount })),
    gas: fee.gasLimit.toString(),
    ...(fee.granter === "" ? {} : { granter: fee.granter }),
    ...(fee.payer === "" ? {} : { payer: fee.payer }),
  };
}
