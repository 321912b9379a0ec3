import type { Amount } from "../../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../../core/context.ts";
import { emit } from "../../../core/events.ts";
import { amount } from "../../../core/math/integers.ts";
import { defineMsg } from "../../../core/module.ts";
import { highestActiveRelease } from "../../registry/index.ts";
import { requireBond, saveBond, withAmount } from "../bonds.ts";
import { disperse, note } from "../book.ts";
import * as checks from "../checks.ts";
import { errors } from "../errors.ts";
import { unbondingBegan } from "../events.ts";
import { earlyExitPenalty } from "../slashing.ts";
import { params } from "../state.ts";
import { BondStatus, MsgUnbond, MsgUnbondResponse, type Bond } from "../types.ts";

const maxUnbondings = 7;

export const unbond = defineMsg({
  typeUrl: "/assay.staking.v1.MsgUnbond",
  request: MsgUnbond,
  response: MsgUnbondResponse,
  signer: (msg) => msg.owner,
  validate: (msg) => checks.checkService(msg.service),
  handle(ctx, { owner: node, service, amount: asked }) {
    const bond = requireBond(ctx, service, node);
    checks.requireStaying(bond);
    const leaving = leavingAmount(ctx, bond, asked);
    if (bond.unbonding.length >= maxUnbondings) {
      throw errors.tooManyUnbondings(`unbonding: expected fewer than ${maxUnbondings}`);
    }
    const { unbondingMs, earlyExitPenalty: rate } = params.get(ctx);
    const remaining = bond.committedUntilMs - ctx.block.timeMs;
    const penalty = earlyExitPenalty(leaving, rate, remaining, bond.commitmentMs);
    const maturesMs = ctx.block.timeMs + unbondingMs;

    saveBond(ctx, bond, withUnbonding(ctx, bond, leaving, penalty, maturesMs));
    note(ctx, "penalties", penalty);
    disperse(ctx, penalty);
    const paid = (leaving - penalty).toString();
    emit(ctx, unbondingBegan, { service, node, amount: paid, maturesMs, penalty: `${penalty}` });
    return { penalty, maturesMs };
  },
});

/** All of it, or a part that leaves enough for a bond. */
function leavingAmount(ctx: ReadCtx, bond: Bond, asked: Amount): Amount {
  if (asked === 0n || asked === bond.amount) return bond.amount;
  if (asked > bond.amount) {
    throw errors.amountAboveBond(`amount: expected at most ${bond.amount}, got ${asked}`);
  }
  const release = highestActiveRelease(ctx, bond.service);
  checks.requireLeastBond(ctx, release, bond.amount - asked);
  return asked;
}

/** It waits for the seats that are open now; what is drawn later does not hold it back. */
function withUnbonding(
  ctx: Ctx,
  bond: Bond,
  leaving: Amount,
  penalty: Amount,
  maturesMs: bigint,
): Bond {
  const left = withAmount(ctx, bond, bond.amount - leaving);
  const part = {
    amount: amount(leaving - penalty),
    begunHeight: ctx.block.height,
    maturesMs,
    openSeats: bond.openSeats,
  };
  const unbonding = part.amount === 0n ? bond.unbonding : [...bond.unbonding, part];
  const status = left.amount === 0n ? BondStatus.BOND_STATUS_LEAVING : bond.status;
  return { ...left, status, unbonding };
}
