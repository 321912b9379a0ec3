import type { Address } from "../../../core/brand.ts";
import { compareAscii } from "../../../core/bytes.ts";
import { proto } from "../../../core/codec.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgMultiSendResponse } from "../../../proto/cosmos.ts";
import { coinsText } from "../coins.ts";
import { errors } from "../errors.ts";
import { emitSender, emitTransfer } from "../events.ts";
import { receive, requireReceiver, requireSendEnabled, spend } from "../transfers.ts";
import { MsgMultiSend } from "../types.ts";

type Input = MsgMultiSend["inputs"][number];

/** Exactly one, as in the SDK since 0.47. */
function requireInput({ inputs }: MsgMultiSend): Input {
  const [input] = inputs;
  if (input === undefined) throw errors.noInputs("no inputs to send transaction");
  if (inputs.length > 1) throw errors.multipleSenders("multiple senders not allowed");
  return input;
}

/** Sum of the outputs in the form of the input's coins. */
function outputText({ outputs }: MsgMultiSend): string {
  const sums = new Map<string, bigint>();
  for (const { coins } of outputs) {
    for (const { denom, amount } of coins) sums.set(denom, (sums.get(denom) ?? 0n) + amount);
  }
  const sorted = [...sums].sort(([a], [b]) => compareAscii(a, b));
  return coinsText(sorted.map(([denom, amount]) => ({ denom, amount })));
}

export const multiSend = defineMsg({
  typeUrl: "/cosmos.bank.v1beta1.MsgMultiSend",
  request: MsgMultiSend,
  response: proto(MsgMultiSendResponse),
  signer: (msg): Address => requireInput(msg).address,
  validate(msg) {
    const input = requireInput(msg);
    if (msg.outputs.length === 0) throw errors.noOutputs("no outputs to send transaction");
    const wanted = coinsText(input.coins);
    const sum = outputText(msg);
    if (wanted !== sum) {
      throw errors.inputOutputMismatch(`expected ${wanted}, got ${sum}: sum inputs != sum outputs`);
    }
  },
  handle(ctx, msg) {
    const { address, coins } = requireInput(msg);
    requireSendEnabled(ctx, coins);
    for (const output of msg.outputs) requireReceiver(ctx, output.address);

    spend(ctx, address, coins);
    emitSender(ctx, address);
    for (const output of msg.outputs) {
      receive(ctx, output.address, output.coins);
      emitTransfer(ctx, address, output.address, output.coins);
    }
    return {};
  },
});
