import { proto } from "../../../core/codec.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgAddBondResponse } from "../../../proto/gen/assay/staking/v1/tx.ts";
import { toModule } from "../../bank/index.ts";
import { requireBond, saveBond, withAmount } from "../bonds.ts";
import { note } from "../book.ts";
import * as checks from "../checks.ts";
import { bondAdded } from "../events.ts";
import { params } from "../state.ts";
import { MsgAddBond } from "../types.ts";

export const addBond = defineMsg({
  typeUrl: "/assay.staking.v1.MsgAddBond",
  request: MsgAddBond,
  response: proto(MsgAddBondResponse),
  signer: (msg) => msg.owner,
  validate(msg) {
    checks.checkService(msg.service);
    if (msg.capacity === 0) checks.checkPositive(msg.amount);
    else checks.checkCapacity(msg.capacity);
  },
  handle(ctx, { owner: node, service, amount: added, capacity }) {
    const bond = requireBond(ctx, service, node);
    checks.requireStaying(bond);
    const value = bond.amount + added;
    if (capacity > 0) {
      const { minBond } = checks.requireActiveRelease(ctx, service).definition;
      checks.requireBacked(capacity, value, minBond);
    }

    toModule(ctx, node, "staking", params.get(ctx).denom, added);
    note(ctx, "deposited", added);
    const grown = withAmount(ctx, bond, value);
    saveBond(ctx, bond, capacity === 0 ? grown : { ...grown, capacity });
    emit(ctx, bondAdded, { service, node, amount: added.toString() });
    return {};
  },
});
