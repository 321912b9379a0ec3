import type { Address } from "../../../core/brand.ts";
import { proto } from "../../../core/codec.ts";
import type { ReadCtx } from "../../../core/context.ts";
import { emit } from "../../../core/events.ts";
import { amount } from "../../../core/math/integers.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgBondResponse } from "../../../proto/gen/assay/staking/v1/tx.ts";
import { requireReceiver, toModule } from "../../bank/index.ts";
import { epoch } from "../../clock/index.ts";
import { hold, type Release, type Role } from "../../registry/index.ts";
import { saveBond } from "../bonds.ts";
import { note } from "../book.ts";
import * as checks from "../checks.ts";
import { errors } from "../errors.ts";
import { bondBegan } from "../events.ts";
import { bonded } from "../hooks.ts";
import { addLife } from "../lives.ts";
import { bonds, jails, lives, params, tombstones } from "../state.ts";
import { BondStatus, MsgBond, type Jail } from "../types.ts";

/** Bounds what one heartbeat reads. */
const maxBondsOfNode = 64;

export const bond = defineMsg({
  typeUrl: "/assay.staking.v1.MsgBond",
  request: MsgBond,
  response: proto(MsgBondResponse),
  signer: (msg) => msg.owner,
  validate(msg) {
    checks.checkService(msg.service);
    checks.checkRoles(msg.roles);
    checks.checkPositive(msg.amount);
    checks.checkCapacity(msg.capacity);
    checks.checkCommitment(msg.commitmentMs);
    checks.checkEncryptionKey(msg.encryptionKey);
  },
  handle(ctx, msg) {
    const { owner: node, service, amount: value, capacity, commitmentMs } = msg;
    const release = checks.requireActiveRelease(ctx, service);
    requireOffered(release, msg.roles);
    const jail = requireNewcomer(ctx, service, node);
    checks.requireLeastBond(ctx, release, value);
    checks.requireLongEnough(ctx, release, commitmentMs);
    checks.requireBacked(capacity, value, release.definition.minBond);
    requireReceiver(ctx, msg.operator);

    const now = epoch(ctx);
    const { height, timeMs } = ctx.block;
    toModule(ctx, node, "staking", params.get(ctx).denom, value);
    note(ctx, "deposited", value);
    addLife(ctx, node);
    hold(ctx, service);
    if (jail !== undefined) jails.remove(ctx, [service, node]);
    saveBond(ctx, undefined, {
      node,
      service,
      operator: msg.operator,
      roles: msg.roles,
      amount: value,
      capacity,
      committedUntilMs: timeMs + commitmentMs,
      commitmentMs,
      activeFromEpoch: now + 1n,
      status: BondStatus.BOND_STATUS_ACTIVE,
      jailedUntilMs: 0n,
      tombstoned: false,
      encryptionKey: msg.encryptionKey,
      unbonding: [],
      bondedHeight: height,
      bondedMs: timeMs,
      changedEpoch: now,
      amountBefore: amount(0n),
      openSeats: 0,
      missing: false,
      slashedTotal: amount(0n),
      heldSlashes: 0,
    });
    emit(ctx, bondBegan, { service, node, amount: value.toString() });
    bonded.run(ctx, { service, node });
    return { activeFromEpoch: now + 1n };
  },
});

function requireOffered({ definition }: Release, roles: readonly Role[]): void {
  for (const role of roles) {
    if (!definition.roles.includes(role)) {
      throw errors.roleNotOffered(`roles: expected of ${definition.roles.join(",")}, got ${role}`);
    }
  }
}

/** One bond per (owner, service), until the last of the old one is paid out; the jail of the old one, if it is over. */
function requireNewcomer(ctx: ReadCtx, service: string, node: Address): Jail | undefined {
  if (bonds.has(ctx, [service, node])) {
    throw errors.alreadyBonded(`bond: expected none of ${node} to ${service}, got one`);
  }
  if (tombstones.has(ctx, [service, node])) {
    throw errors.tombstoned(`bond: expected a node that may serve ${service}, got a tombstone`);
  }
  const jail = jails.get(ctx, [service, node]);
  if (jail !== undefined && jail.untilMs > ctx.block.timeMs) {
    throw errors.stillJailed(`jail: expected its end at ${jail.untilMs}, got ${ctx.block.timeMs}`);
  }
  const others = lives.get(ctx, node)?.bonds ?? 0;
  if (others >= maxBondsOfNode) {
    throw errors.tooManyBonds(`bonds: expected fewer than ${maxBondsOfNode}, got ${others}`);
  }
  return jail;
}
