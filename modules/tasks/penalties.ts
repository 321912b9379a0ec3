import type { Address, Amount, Dec, Hash } from "../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { taggedHash } from "../../core/crypto/hash.ts";
import { dec, mulFloor } from "../../core/math/dec.ts";
import { amount, min, sum } from "../../core/math/integers.ts";
import * as reputation from "../reputation/index.ts";
import * as staking from "../staking/index.ts";
import type { Seat, Task } from "./types.ts";

/** One seat, one fault: whatever is proven about it twice slashes once. */
export function faultOf(task: Task, seat: Seat): Hash {
  return taggedHash("fault", "task", task.id, BigInt(seat.index));
}

/** min(bond, definition.min_bond), stake that began to leave since the draw included (PROTOCOL 12). */
function stakeAtSeat(ctx: ReadCtx, task: Task, seat: Seat): Amount {
  const bond = staking.findBond(ctx, task.service, seat.node);
  if (bond === undefined) return amount(0n);
  const leaving = bond.unbonding.filter((one) => one.begunHeight >= task.drawnHeight);
  return min(amount(bond.amount + sum(leaving.map((one) => one.amount))), task.seatStake);
}

export type Fault = {
  readonly severity: Dec;
  readonly reason: string;
  /** Nodes in that step: N for validators, 1 else. */
  readonly n: bigint;
  readonly bounty?: { readonly to: Address; readonly share: Dec };
};

function amountOf(ctx: ReadCtx, task: Task, seat: Seat, severity: Dec, n: bigint): [Dec, Amount] {
  const repeats = reputation.repeats(ctx, seat.node, task.service);
  const fraction = staking.slashFraction({ role: seat.role, severity, n, repeats });
  return [fraction, staking.slashAmount(fraction, stakeAtSeat(ctx, task, seat))];
}

/** A content fault: slash, incident, failure, jail. */
export function slashSeat(ctx: Ctx, task: Task, seat: Seat, fault: Fault): Amount {
  const repeats = reputation.repeats(ctx, seat.node, task.service);
  const [fraction, wanted] = amountOf(ctx, task, seat, fault.severity, fault.n);
  const taken = staking.slash(ctx, {
    service: task.service,
    node: seat.node,
    amount: wanted,
    faultHeight: task.drawnHeight,
    faultId: faultOf(task, seat),
    reason: fault.reason,
    ...(fault.bounty === undefined ? {} : { bounty: fault.bounty }),
  });
  reputation.recordContentFault(ctx, {
    node: seat.node,
    service: task.service,
    fraction,
    amount: taken,
  });
  recordFailure(ctx, task, seat, fault.severity);
  staking.jail(ctx, { service: task.service, node: seat.node, repeats });
  return taken;
}

/** Silence: at most twice the seat's fee, no incident, no jail, no draws until the next sign of life. */
export function missSeat(ctx: Ctx, task: Task, seat: Seat, severity: Dec, n: bigint): Amount {
  const [, wanted] = amountOf(ctx, task, seat, severity, n);
  return staking.miss(ctx, {
    service: task.service,
    node: seat.node,
    amount: min(wanted, amount(2n * seat.fee)),
    faultHeight: task.drawnHeight,
    faultId: faultOf(task, seat),
  });
}

/** UNAVAILABLE against others who could read: at most its fee, so that it is no cheap way out of working. */
export function chargeUnavailable(
  ctx: Ctx,
  task: Task,
  seat: Seat,
  severity: Dec,
  n: bigint,
): Amount {
  const [, wanted] = amountOf(ctx, task, seat, severity, n);
  return staking.slash(ctx, {
    service: task.service,
    node: seat.node,
    amount: min(wanted, seat.fee),
    faultHeight: task.drawnHeight,
    faultId: faultOf(task, seat),
    reason: "unavailable",
  });
}

/** 4*s*w, for work that counts in public (PROTOCOL 6). */
export function recordFailure(ctx: Ctx, task: Task, seat: Seat, severity: Dec): void {
  if (!countsInPublic(ctx, task, seat)) return;
  reputation.recordFailure(ctx, {
    node: seat.node,
    service: task.service,
    role: seat.role,
    key: task.taskKey,
    weight: dec(mulFloor(4n * severity, reputation.feeWeight(seat.fee))),
  });
}

export function recordGood(ctx: Ctx, task: Task, seat: Seat): void {
  if (!countsInPublic(ctx, task, seat)) return;
  reputation.recordSuccess(ctx, {
    node: seat.node,
    service: task.service,
    role: seat.role,
    key: task.taskKey,
    weight: reputation.feeWeight(seat.fee),
  });
  reputation.recordGoodSeat(ctx, { node: seat.node, service: task.service });
}

/** Checked work with an independent payer; whoever pays its own operator rates itself. */
function countsInPublic(ctx: ReadCtx, task: Task, seat: Seat): boolean {
  if (task.validators === 0 || task.requester === seat.node) return false;
  return staking.findBond(ctx, task.service, seat.node)?.operator !== task.requester;
}
