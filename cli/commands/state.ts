import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { UserError, userError } from "../../client/index.ts";
import { resolveComet } from "../comet/resolve.ts";
import type { CliContext } from "../context.ts";
import { askState } from "../home/stateTool.ts";
import type { Register } from "../register.ts";
import { engineOf, engineTitles } from "../supervise/engine.ts";

type RollbackFlags = { height?: string; withComet?: boolean; cometbft?: string };
type ExportFlags = { height?: string; outputDocument?: string };
type Checked = {
  readonly what: string;
  readonly detail: string;
  readonly fault?: { readonly code: string; readonly fix: readonly string[] };
};

export const register: Register = (program, context) => {
  program
    .command("rollback")
    .description("take the app's state back to an earlier block; the node must not run")
    .option("--height <height>", "default: the last that reads well, or one back", requireHeight)
    .option("--with-comet", "run `cometbft rollback` too: when CometBFT holds the wrong app hash")
    .option("--cometbft <path>", "CometBFT program (default: the one of `assay comet path`)")
    .action((flags: RollbackFlags) => rollback(context(), flags));
  program
    .command("export")
    .description("print a genesis file with the state after a block; the node must not run")
    .option("--height <height>", "default: the last block", requireHeight)
    .option("--output-document <file>", "write it there instead of on the terminal")
    .action((flags: ExportFlags) => exportGenesis(context(), flags));
  program
    .command("verify-home")
    .description("check every record, state snapshot, app hash and key file of a home")
    .action(() => verifyHome(context()));
};

function requireHeight(text: string): string {
  if (/^[1-9][0-9]{0,17}$/.test(text)) return text;
  throw new UserError("E4011", `--height: expected a height, got ${text}`, {
    fix: ["--height 128"],
  });
}

async function rollback(cli: CliContext, flags: RollbackFlags): Promise<void> {
  const { home, output } = cli.options;
  const engine = engineOf(home) ?? "comet";
  if (flags.withComet === true && engine === "solo") {
    const names = {
      field: "--with-comet",
      expected: "blocks of CometBFT",
      actual: "the solo engine's",
    };
    throw userError("E4011", names, { fix: ["assay rollback"] });
  }
  const answer = await askState(home, "rollback", flags.height);
  const { height, app_hash: appHash } = JSON.parse(answer) as { height: string; app_hash: string };
  if (flags.withComet === true) await rollbackComet(cli, flags);
  if (output === "json") return cli.out(answer);
  cli.out(`app        height ${height}   app hash ${appHash.toUpperCase()}`);
  if (flags.withComet === true) return;
  cli.err(`${engineTitles[engine]} replays the blocks after it at the next: assay start`);
  if (engine === "comet")
    cli.err("if it then reports another app hash: assay rollback --with-comet");
}

/** Takes CometBFT's own state one block back; it keeps the block and plays it again. */
async function rollbackComet(cli: CliContext, flags: RollbackFlags): Promise<void> {
  const { path } = await resolveComet({
    env: { ...cli.env },
    policy: "localnet",
    ...(flags.cometbft === undefined ? {} : { explicit: flags.cometbft }),
  });
  const { status, stdout, stderr } = spawnSync(path, ["rollback", "--home", cli.options.home], {
    encoding: "utf8",
  });
  if (status !== 0) {
    throw userError("E1435", { path: cli.options.home, detail: stderr.trim() || stdout.trim() });
  }
  cli.err(`CometBFT   ${stdout.trim()}`);
}

async function exportGenesis(cli: CliContext, flags: ExportFlags): Promise<void> {
  const text = await askState(cli.options.home, "export", flags.height);
  if (flags.outputDocument === undefined) return cli.out(text);
  fs.writeFileSync(flags.outputDocument, `${text}\n`);
  cli.err(`wrote ${flags.outputDocument}`);
}

async function verifyHome(cli: CliContext): Promise<void> {
  const { home, output } = cli.options;
  const { checks } = JSON.parse(await askState(home, "verify")) as { checks: Checked[] };
  const faults = checks.filter(({ fault }) => fault !== undefined);
  if (output === "json") cli.out(JSON.stringify(checks));
  else for (const check of checks) showCheck(cli, check);
  if (faults.length > 0) throw userError("E1432", { count: faults.length, path: home });
  if (output !== "json") cli.out(`\n${checks.length} of ${checks.length} are fine`);
}

function showCheck(cli: CliContext, { what, detail, fault }: Checked): void {
  const head = fault === undefined ? "  ok   " : "  FAIL ";
  cli.out(`${head} ${what.padEnd(34)} ${detail}${fault === undefined ? "" : `   ${fault.code}`}`);
  for (const fix of fault?.fix ?? []) cli.out(`        fix  ${fix}`);
}
