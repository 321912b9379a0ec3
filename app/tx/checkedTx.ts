import type { Address } from "../../core/brand.ts";
import { sdkErrors } from "../../core/errors.ts";
import type { DecodedTx, Message } from "./decode.ts";
import { feeCoins, type FeeCoin } from "./coins.ts";

/** A transaction after the checks that need no state. */
export type CheckedTx = {
  readonly tx: DecodedTx;
  readonly messages: readonly Message[];
  readonly signers: readonly Address[];
  readonly feePayer: Address;
  /** Whose coins pay under an allowance; undefined where the payer pays. */
  readonly feeGranter: Address | undefined;
  readonly fee: readonly FeeCoin[];
};

/** Messages and signers; `validate` false where the same bytes were seen before. */
export function checkMessages(tx: DecodedTx, validate = true): CheckedTx {
  if (tx.checked !== undefined) return tx.checked;
  const checked = checkNow(tx, validate);
  if (validate) tx.checked = checked;
  return checked;
}

function checkNow(tx: DecodedTx, validate: boolean): CheckedTx {
  const { messages } = tx;
  const [first] = messages;
  if (first === undefined) {
    throw sdkErrors.invalidRequest("must contain at least one message: invalid request");
  }
  if (validate) for (const { def, value } of messages) def.validate?.(value);
  const signers: Address[] = [];
  const add = (signer: Address): void => {
    if (!signers.includes(signer)) signers.push(signer);
  };
  for (const { signer } of messages) add(signer);
  const payer = tx.authInfo.fee?.payer ?? "";
  // Whether it is an address is the ante's question: an account of that name simply does not sign.
  if (payer !== "") add(payer as Address);
  const feePayer = payer === "" ? first.signer : (payer as Address);
  const granter = tx.authInfo.fee?.granter ?? "";
  const feeGranter = granter === "" || granter === feePayer ? undefined : (granter as Address);
  const fee = feeCoins(tx.authInfo.fee?.amount ?? []);
  return { tx, messages, signers, feePayer, feeGranter, fee };
}

/** Every account whose sequence or coins the ante changes. */
export function payersOf({ signers, feeGranter }: CheckedTx): readonly Address[] {
  return feeGranter === undefined ? signers : [...signers, feeGranter];
}
