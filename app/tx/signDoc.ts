import { utf8Encode } from "../../core/bytes.ts";
import { unsignable } from "../../core/amino/errors.ts";
import { canonicalJson, type AminoValue } from "../../core/amino/json.ts";
import { aminoMsg } from "../../core/amino/value.ts";
import { SignDoc } from "../../proto/cosmos.ts";
import type { DecodedTx, Verified } from "./decode.ts";

type Account = Omit<Verified, "key">;

/** What SIGN_MODE_DIRECT signs: the bytes as they came (WIRE.md 6). */
export function directDoc(tx: DecodedTx, { chainId, accountNumber }: Account): Uint8Array {
  const { bodyBytes, authInfoBytes } = tx.raw;
  return SignDoc.encode({ bodyBytes, authInfoBytes, chainId, accountNumber }).finish();
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
