import type { EncodeObject } from "@cosmjs/proto-signing";
import type { Command } from "commander";
import { userError, type SendOptions, type TxOutcome } from "../client/index.ts";
import type { CliContext } from "./context.ts";
import { parseCoinAmount } from "./print.ts";

/** Flags of every command that sends a transaction. */
export type TxFlags = {
  from?: string;
  fees?: string;
  gas?: string;
  note?: string;
  feeGranter?: string;
  timeoutHeight?: string;
  broadcastMode?: string;
  dryRun?: boolean;
};

export function addTxFlags(command: Command): Command {
  return command
    .option("--from <name>", "key that signs and pays")
    .option("--fees <coin>", "fee, for instance 5000uassay (default: gas x gas price)")
    .option("--gas <n>", "gas limit, or auto", "auto")
    .option("--note <text>", "memo of the transaction")
    .option("--fee-granter <address>", "who pays the fee, under an allowance")
    .option("--timeout-height <n>", "refused in later blocks")
    .option(
      "-b, --broadcast-mode <mode>",
      "sync: wait for CheckTx only; block: wait for the block",
      "block",
    )
    .option("--dry-run", "simulate and print the gas; nothing is sent")
    .option("-y, --yes", "never asked: accepted for scripts");
}

export function sendOptions(flags: TxFlags): SendOptions {
  const fee = flags.fees === undefined ? undefined : parseCoinAmount(flags.fees);
  if (flags.fees !== undefined && fee === undefined) {
    throw userError("E4011", {
      field: "--fees",
      expected: "a coin like 5000uassay",
      actual: flags.fees,
    });
  }
  return {
    ...(fee === undefined ? {} : { feeAmount: fee }),
    ...(flags.gas === undefined || flags.gas === "auto" ? {} : { gas: BigInt(flags.gas) }),
    ...(flags.note === undefined ? {} : { memo: flags.note }),
    ...(flags.feeGranter === undefined ? {} : { feeGranter: flags.feeGranter }),
    ...(flags.timeoutHeight === undefined ? {} : { timeoutHeight: BigInt(flags.timeoutHeight) }),
  };
}

export function requireFrom(flags: TxFlags): string {
  if (flags.from !== undefined) return flags.from;
  throw userError("E4011", { field: "--from", expected: "the name of a key", actual: "nothing" });
}

/** Sends what `build` makes for the signer's address and prints the outcome; undefined when only simulated. */
export async function sendAndShow(
  cli: CliContext,
  flags: TxFlags,
  build: (address: string) => EncodeObject[],
): Promise<TxOutcome | undefined> {
  const client = await cli.connect(requireFrom(flags));
  const messages = build(client.sender.address);
  if (flags.dryRun === true) {
    cli.out(
      `gas estimate: ${await client.sender.simulate(messages, flags.note, flags.feeGranter)}`,
    );
    return undefined;
  }
  if (flags.broadcastMode === "sync" || flags.broadcastMode === "async") {
    const { hash } = await client.sender.broadcast(messages, sendOptions(flags));
    cli.out(
      cli.options.output === "json" ? JSON.stringify({ txhash: hash, code: 0 }) : `txhash: ${hash}`,
    );
    return undefined;
  }
  const outcome = await client.send(messages, sendOptions(flags));
  const { hash, height, gasUsed, fee } = outcome;
  if (cli.options.output === "json") {
    cli.out(
      JSON.stringify({
        txhash: hash,
        code: 0,
        height: String(height),
        gas_used: String(gasUsed),
        fee: `${fee}uassay`,
      }),
    );
  } else {
    cli.err(
      `==> tx ${hash.slice(0, 8)}…  included  height ${height}  gas ${gasUsed}  fee ${fee}uassay`,
    );
    cli.out(`txhash: ${hash}`);
  }
  return outcome;
}
