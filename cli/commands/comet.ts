import { resolveComet, type ResolvedComet } from "../comet/resolve.ts";
import type { CliContext } from "../context.ts";
import type { Register } from "../register.ts";

type Flags = { cometbft?: string };

export const register: Register = (program, context) => {
  const comet = program
    .command("comet")
    .alias("cometbft")
    .description("the CometBFT program that nodes run behind");
  comet
    .command("path")
    .description("where it is")
    .option("--cometbft <path>", "look at this one")
    .action(async (flags: Flags) => {
      const cli = context();
      show(cli, await find(cli, flags, false), "path");
    });
  comet
    .command("version")
    .description("its version")
    .option("--cometbft <path>", "look at this one")
    .action(async (flags: Flags) => {
      const cli = context();
      show(cli, await find(cli, flags, false), "version");
    });
  comet
    .command("install")
    .description("build it by Go, unless one is there already")
    .action(async () => {
      const cli = context();
      show(cli, await find(cli, {}, true), "path");
    });
};

async function find(cli: CliContext, flags: Flags, allowInstall: boolean): Promise<ResolvedComet> {
  const found = await resolveComet({
    env: { ...cli.env },
    policy: "localnet",
    allowInstall,
    log: cli.err,
    ...(flags.cometbft === undefined ? {} : { explicit: flags.cometbft }),
  });
  if (found.warning !== undefined) cli.err(found.warning);
  return found;
}

function show(cli: CliContext, found: ResolvedComet, field: "path" | "version"): void {
  const { path, version, source } = found;
  cli.out(cli.options.output === "json" ? JSON.stringify({ path, version, source }) : found[field]);
}
