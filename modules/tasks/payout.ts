import type { Address, Amount } from "../../core/brand.ts";
import type { Ctx } from "../../core/context.ts";
import { amount } from "../../core/math/integers.ts";
import * as bank from "../bank/index.ts";
import * as staking from "../staking/index.ts";
import type { SeatShare } from "./settlement.ts";
import type { Seat, Settlement, Task } from "./types.ts";

const account = "tasks";

/** Moves the whole escrow of one task to where the settlement says; shares stand beside their seats. */
export function payOut(
  ctx: Ctx,
  task: Task,
  seats: readonly Seat[],
  shares: readonly SeatShare[],
  settlement: Settlement,
): void {
  const denom = staking.denom(ctx);
  const pay = (to: Address, value: Amount): void => {
    if (value > 0n) bank.fromModule(ctx, account, to, denom, value);
  };
  for (const [i, seat] of seats.entries()) {
    const share = shares[i];
    if (share === undefined) continue;
    pay(seat.node, amount(share.fee));
    if (share.postFees > 0n) pay(operatorOf(ctx, task, seat), amount(share.postFees));
  }
  pay(task.author, settlement.author);
  toModule(ctx, "fee_collector", denom, settlement.feeCollector);
  toModule(ctx, "community_pool", denom, settlement.communityPool);
  if (settlement.burned > 0n) bank.burn(ctx, account, denom, settlement.burned);
  pay(task.requester, settlement.refunded);
}

function toModule(ctx: Ctx, module: string, denom: string, value: Amount): void {
  if (value > 0n) bank.moduleToModule(ctx, account, module, denom, value);
}

/** Whoever serves the bond now paid for the posts; a bond that is gone leaves them to its owner. */
function operatorOf(ctx: Ctx, task: Task, seat: Seat): Address {
  return staking.findBond(ctx, task.service, seat.node)?.operator ?? seat.node;
}
