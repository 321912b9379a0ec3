import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import type { Command } from "commander";
import type { DescMethod } from "@bufbuild/protobuf";
import { assayRegistry, userError } from "../../client/index.ts";
import type { CliContext } from "../context.ts";
import {
  argumentFields,
  encodeMessage,
  kebab,
  messageJson,
  msgMethods,
  packages,
  signerField,
} from "../generic.ts";
import type { Register } from "../register.ts";
import { parseCoinAmount } from "../print.ts";
import { addTxFlags, sendAndShow, type TxFlags } from "../txFlags.ts";

export const register: Register = (program, context) => {
  const tx = program.command("tx").description("sign and send messages");
  const bank = tx.command("bank").description("messages of module bank");
  addTxFlags(
    bank
      .command("send <from> <to> <amount>")
      .description("send coins: amount like 10ASSAY or 5uassay"),
  ).action(async (from: string, to: string, amount: string, flags: TxFlags) => {
    const value = parseCoinAmount(amount);
    if (value === undefined)
      throw userError("E4011", {
        field: "amount",
        expected: "a coin like 10ASSAY or 5uassay",
        actual: amount,
      });
    await sendAndShow(context(), { ...flags, from }, (fromAddress) => [
      {
        typeUrl: "/cosmos.bank.v1beta1.MsgSend",
        value: MsgSend.fromPartial({
          fromAddress,
          toAddress: to,
          amount: [{ denom: "uassay", amount: value.toString() }],
        }),
      },
    ]);
  });
  for (const module of Object.keys(packages)) {
    if (module === "bank" || msgMethods(module).length === 0) continue;
    const group = tx.command(module).description(`messages of module ${module}`);
    for (const method of msgMethods(module)) addMessage(group, method, context);
  }
};

function addMessage(group: Command, method: DescMethod, context: () => CliContext): void {
  const signer = signerField(method.input);
  const fields = argumentFields(method.input, signer === undefined ? [] : [signer.name]);
  const usage = fields.map((field) => `[${field.name}]`).join(" ");
  const command = group
    .command(`${kebab(method.name)} ${usage}`.trim())
    .description(method.input.typeName);
  addTxFlags(command).action(async (...given: unknown[]) => {
    const flags = given[fields.length] as TxFlags;
    await sendAndShow(context(), flags, (address) => {
      const own = signer === undefined ? {} : { [signer.name]: address };
      const json = messageJson(
        fields,
        given.slice(0, fields.length) as (string | undefined)[],
        own,
      );
      const typeUrl = `/${method.input.typeName}`;
      return [
        {
          typeUrl,
          value: assayRegistry().decode({
            typeUrl,
            value: encodeMessage(method.input, json),
          }) as unknown,
        },
      ];
    });
  });
}
