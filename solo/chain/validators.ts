import type { ValidatorUpdate } from "cosmjs-types/tendermint/abci/types";
import { compareBytes, equalBytes } from "../../core/bytes.ts";
import { consensusAddress } from "./keys.ts";

/** A member of the set, in CometBFT's order: power descending, then address. */
export type Validator = {
  readonly address: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly power: bigint;
};

export function sortedSet(validators: readonly Validator[]): Validator[] {
  return validators.toSorted((a, b) =>
    a.power === b.power ? compareBytes(a.address, b.address) : a.power > b.power ? -1 : 1,
  );
}

export function validatorOf({ pubKey, power }: ValidatorUpdate): Validator {
  const publicKey = pubKey.ed25519;
  if (publicKey === undefined) {
    throw new Error("validator update: expected an ed25519 key, got another");
  }
  return { address: consensusAddress(publicKey), publicKey, power };
}

/** The set after the app's updates; power 0 removes. */
export function updatedSet(
  set: readonly Validator[],
  updates: readonly ValidatorUpdate[],
): Validator[] {
  let next = [...set];
  for (const update of updates) {
    const changed = validatorOf(update);
    const others = next.filter(({ address }) => !equalBytes(address, changed.address));
    if (changed.power === 0n && others.length === next.length) {
      throw new Error("validator update: expected a member of the set to remove, got another");
    }
    next = changed.power === 0n ? others : [...others, changed];
  }
  if (next.length === 0) throw new Error("validator updates: expected a validator left, got none");
  return sortedSet(next);
}

export const totalPower = (set: readonly Validator[]): bigint =>
  set.reduce((sum, { power }) => sum + power, 0n);
