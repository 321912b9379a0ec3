import { proto } from "../../../core/codec.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgSetOperatorResponse } from "../../../proto/gen/assay/staking/v1/tx.ts";
import { requireReceiver } from "../../bank/index.ts";
import { requireBond, saveBond } from "../bonds.ts";
import { checkService } from "../checks.ts";
import { operatorSet } from "../events.ts";
import { MsgSetOperator } from "../types.ts";

/** Acts at once, for open seats too: a stolen hot key is worth nothing from here on. */
export const setOperator = defineMsg({
  typeUrl: "/assay.staking.v1.MsgSetOperator",
  request: MsgSetOperator,
  response: proto(MsgSetOperatorResponse),
  signer: (msg) => msg.owner,
  validate: (msg) => checkService(msg.service),
  handle(ctx, { owner: node, service, operator }) {
    const bond = requireBond(ctx, service, node);
    // Post fees go to it: an account of a module must hold what its records say, no more (B15).
    requireReceiver(ctx, operator);
    saveBond(ctx, bond, { ...bond, operator });
    emit(ctx, operatorSet, { service, node, operator });
    return {};
  },
});
