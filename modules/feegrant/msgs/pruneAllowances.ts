import { proto } from "../../../core/codec.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgPruneAllowancesResponse } from "../../../proto/cosmos.ts";
import { emitPrune } from "../events.ts";
import { removeExpired } from "../grants.ts";
import { MsgPruneAllowances } from "../types.ts";

/** The SDK's number. */
export const prunedPerMessage = 75;

export const pruneAllowances = defineMsg({
  typeUrl: "/cosmos.feegrant.v1beta1.MsgPruneAllowances",
  request: MsgPruneAllowances,
  response: proto(MsgPruneAllowancesResponse),
  signer: (msg) => msg.pruner,
  handle(ctx, { pruner }) {
    removeExpired(ctx, prunedPerMessage);
    emitPrune(ctx, pruner);
    return {};
  },
});
