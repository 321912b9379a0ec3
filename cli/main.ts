#!/usr/bin/env node
import { Command } from "commander";
import { userError } from "../client/index.ts";
import { commands } from "./commands/index.ts";
import { makeContext, type CliContext } from "./context.ts";
import { errorText, exitCodeOf, exitCodes } from "./exit.ts";

function buildProgram(): Command {
  const program = new Command("assay");
  program
    .description("node, tools and client of an Assay network")
    .option("--home <dir>", "home directory (default ~/.assay)")
    .option(
      "--node <url>",
      "RPC of a node, several separated by commas (default http://127.0.0.1:26657)",
    )
    .option("--chain-id <id>", "chain id that is expected")
    .option("--keyring-backend <name>", "file, test or memory (default file)")
    .option("--passphrase-file <file>", "passphrase of the file keyring")
    .option("--unsafe", "allow the test keyring on chains that are not local")
    .option("-o, --output <format>", "text or json (default text)")
    .showHelpAfterError("(assay --help shows the commands)")
    .exitOverride();
  return program;
}

async function main(): Promise<number> {
  const program = buildProgram();
  const context = (): CliContext =>
    makeContext(program.opts(), process.env, {
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
      isTty: process.stdout.isTTY && process.env["CI"] !== "true",
    });
  for (const register of commands) register(program, context);
  try {
    await program.parseAsync(process.argv);
    return exitCodes.done;
  } catch (error) {
    const text = errorText(error);
    if (text !== undefined) process.stderr.write(`${text}\n`);
    return exitCodeOf(error);
  }
}

/** A pipe that was closed has read enough; anything else is output that somebody waits for in vain. */
function outputFailed({ code, message }: NodeJS.ErrnoException): never {
  if (code === "EPIPE") process.exit(exitCodes.done);
  process.stderr.write(`${errorText(userError("E1438", { detail: message })) ?? ""}\n`);
  process.exit(exitCodes.local);
}

process.stdout.on("error", outputFailed);
process.stderr.on("error", () => undefined);
process.on("SIGINT", () => process.exit(exitCodes.interrupted));
const code = await main();
process.exitCode = code;
