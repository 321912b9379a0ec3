import { proto } from "../../../core/codec.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgSendResponse } from "../../../proto/cosmos.ts";
import { emitSender } from "../events.ts";
import { requireReceiver, requireSendEnabled, send } from "../transfers.ts";
import { MsgSend } from "../types.ts";

export const sendCoins = defineMsg({
  typeUrl: "/cosmos.bank.v1beta1.MsgSend",
  request: MsgSend,
  response: proto(MsgSendResponse),
  signer: (msg) => msg.fromAddress,
  handle(ctx, { fromAddress, toAddress, amount: coins }) {
    requireSendEnabled(ctx, coins);
    requireReceiver(ctx, toAddress);

    send(ctx, fromAddress, toAddress, coins);
    emitSender(ctx, fromAddress);
    return {};
  },
});
