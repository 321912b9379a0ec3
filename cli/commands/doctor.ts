import fs from "node:fs";
import { userError } from "../../client/index.ts";
import type { CliContext } from "../context.ts";
import { judgeFiles } from "../doctor/files.ts";
import { findingLines, ok, type Finding } from "../doctor/finding.ts";
import { judgeClock, judgeDisk, judgeEngine, judgeNode, judgePorts } from "../doctor/machine.ts";
import { judgeRunning } from "../doctor/running.ts";
import { readJson } from "../home/files.ts";
import { genesisPath } from "../home/genesisFile.ts";
import type { Register } from "../register.ts";

export const register: Register = (program, context) => {
  program
    .command("doctor")
    .description("check everything that this home's node needs, also while it runs")
    .action(() => doctor(context()));
};

async function doctor(cli: CliContext): Promise<void> {
  const { home } = cli.options;
  if (!fs.existsSync(genesisPath(home))) throw userError("E1412", { path: home });
  const findings = await examine(cli, home);
  if (cli.options.output === "json") cli.out(JSON.stringify(findings));
  else for (const finding of findings) findingLines(finding).forEach((line) => cli.out(line));
  const failed = findings.filter(({ level }) => level === "fail").length;
  if (failed > 0) throw userError("E1441", { count: failed, checks: findings.length });
}

async function examine(cli: CliContext, home: string): Promise<Finding[]> {
  const { chain_id: chainId } = readJson(genesisPath(home)) as { chain_id: string };
  const running = await judgeRunning(home, chainId);
  return [
    judgeNode(),
    await judgeEngine(cli.env, home, chainId),
    ok("home", home),
    ...judgeFiles(home),
    judgeDisk(home),
    judgeClock(),
    ...(running ?? [await judgePorts(home)]),
  ];
}
