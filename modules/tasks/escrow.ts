import type { Amount, Dec } from "../../core/brand.ts";
import { dec, mulCeil, mulFloor } from "../../core/math/dec.ts";
import { amount, divCeil } from "../../core/math/integers.ts";
import type { Escrow } from "./types.ts";

export type Price = { readonly perCall: bigint; readonly perKib: bigint };

/** p: per call and per started KiB of input (PROTOCOL 11). */
export function priceOf(price: Price, inputSize: bigint): Amount {
  return amount(price.perCall + price.perKib * divCeil(inputSize, 1024n));
}

export type EscrowTerms = {
  readonly price: Amount;
  readonly validators: number;
  readonly attempts: number;
  /** rho */
  readonly validatorFee: Dec;
  readonly authorShare: Dec;
  readonly tax: Dec;
  readonly postFee: Amount;
};

/** Two posts a seat and two more for each attempt after the first; without validators one post an attempt. */
export function postsCovered(validators: number, attempts: number): number {
  return validators === 0 ? attempts : 2 * (1 + validators) + 2 * (attempts - 1);
}

/** No event triggers tasks, audits and appeals are off: e, u and the panel are 0 (PROTOCOL 11). */
export function escrowFor(terms: EscrowTerms): Escrow {
  const validatorFee = mulFloor(terms.price, terms.validatorFee);
  const work = terms.price + validatorFee * BigInt(terms.validators);
  const posts = postsCovered(terms.validators, terms.attempts);
  const author = mulFloor(work, terms.authorShare);
  const tax = mulCeil(work, terms.tax);
  return {
    price: terms.price,
    validatorFee: amount(validatorFee),
    work: amount(work),
    emitterShare: dec(0n),
    authorShare: terms.authorShare,
    tax: terms.tax,
    auditShare: dec(0n),
    postFee: terms.postFee,
    posts,
    panel: amount(0n),
    total: amount(work + author + tax + terms.postFee * BigInt(posts)),
  };
}
