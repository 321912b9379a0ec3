import type { Amount } from "../../core/brand.ts";
import type { Ctx } from "../../core/context.ts";
import { amount } from "../../core/math/integers.ts";
import { moduleToModule, burn, fromModule } from "../bank/index.ts";
import type { Address, Dec } from "../../core/brand.ts";
import { dec } from "../../core/math/dec.ts";
import { splitOf } from "./slashing.ts";
import { book, params } from "./state.ts";
import type { Book } from "./types.ts";

export const emptyBook: Book = {
  deposited: amount(0n),
  slashed: amount(0n),
  withdrawn: amount(0n),
  penalties: amount(0n),
};

/** One more of what stake goes through; the sums only grow. */
export function note(ctx: Ctx, entry: keyof Book, value: Amount): void {
  const sums = book.get(ctx);
  book.set(ctx, { ...sums, [entry]: amount(sums[entry] + value) });
}

export type Bounty = { readonly to: Address; readonly share: Dec };

/** Coins that a slash or a penalty took leave the module: never to the requester nor to the majority (Z5). */
export function disperse(ctx: Ctx, taken: Amount, bounty?: Bounty): void {
  const { denom, slashToPool } = params.get(ctx);
  const split = splitOf(taken, slashToPool, bounty?.share ?? dec(0n));
  if (bounty !== undefined) fromModule(ctx, "staking", bounty.to, denom, split.bounty);
  moduleToModule(ctx, "staking", "community_pool", denom, split.pool);
  burn(ctx, "staking", denom, split.burned);
}
