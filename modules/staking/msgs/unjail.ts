import { proto } from "../../../core/codec.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgUnjailResponse } from "../../../proto/gen/assay/staking/v1/tx.ts";
import { highestActiveRelease } from "../../registry/index.ts";
import { meetsMinBond, requireBond, saveBond } from "../bonds.ts";
import { checkService, leastBond } from "../checks.ts";
import { errors } from "../errors.ts";
import { unjailed } from "../events.ts";
import { BondStatus, MsgUnjail } from "../types.ts";

export const unjail = defineMsg({
  typeUrl: "/assay.staking.v1.MsgUnjail",
  request: MsgUnjail,
  response: proto(MsgUnjailResponse),
  signer: (msg) => msg.signer,
  validate: (msg) => checkService(msg.service),
  handle(ctx, { signer, node, service }) {
    const bond = requireBond(ctx, service, node);
    if (signer !== node && signer !== bond.operator) {
      throw errors.notOperator(`signer: expected ${node} or ${bond.operator}, got ${signer}`);
    }
    if (bond.status !== BondStatus.BOND_STATUS_JAILED) {
      throw errors.notJailed(`status: expected jailed, got ${bond.status}`);
    }
    if (bond.tombstoned) throw errors.tombstoned("bond: expected no tombstone, got one");
    const { timeMs } = ctx.block;
    if (timeMs < bond.jailedUntilMs) {
      throw errors.stillJailed(
        `block time: expected at least ${bond.jailedUntilMs}, got ${timeMs}`,
      );
    }
    const least = leastBond(ctx, highestActiveRelease(ctx, service));
    if (!meetsMinBond(bond, least)) {
      throw errors.stakeTooLow(`bond: expected at least 80 % of ${least}, got ${bond.amount}`);
    }

    saveBond(ctx, bond, { ...bond, status: BondStatus.BOND_STATUS_ACTIVE, jailedUntilMs: 0n });
    emit(ctx, unjailed, { service, node });
    return {};
  },
});
