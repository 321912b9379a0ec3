import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { userError } from "../../client/index.ts";
import { Role } from "../../proto/gen/assay/registry/v1/registry.ts";
import type { CliContext } from "../context.ts";
import { diagnose } from "../executor/doctor.ts";
import { findingLines } from "../doctor/finding.ts";
import { setUpNode, writeExecutorHome } from "../executor/setup.ts";
import { exitCodes } from "../exit.ts";
import type { Register } from "../register.ts";
import { formatAssay, parseCoinAmount, parseDuration } from "../print.ts";
import { requireFrom } from "../txFlags.ts";

type SetupFlags = {
  from?: string;
  service: string;
  stake: string;
  commit: string;
  roles: string;
  capacity?: string;
  funds: string;
  feeGrant?: boolean;
  endpoint: string;
  manifest: string;
  metrics: string;
  executorHome?: string;
};

const roleNames: Readonly<Record<string, Role>> = {
  executor: Role.ROLE_EXECUTOR,
  validator: Role.ROLE_VALIDATOR,
};

export const register: Register = (program, context) => {
  const executor = program.command("executor").description("run services and post their results");
  executor
    .command("setup")
    .description("bond, announce and fund the operator in one transaction of the owner")
    .requiredOption("--service <name@version>", "what to serve")
    .requiredOption("--stake <coin>", "stake, for instance 10ASSAY")
    .requiredOption("--commit <duration>", "how long to stay, for instance 30d")
    .option("--from <name>", "key of the owner")
    .option("--roles <list>", "executor, validator", "executor,validator")
    .option("--capacity <n>", "seats at once (default: the most that the stake allows)")
    .option("--funds <coin>", "coins for the operator's fees", "10ASSAY")
    .option("--fee-grant", "grant the operator fees up to --funds instead of sending it coins")
    .option("--endpoint <url>", "where the instance can be reached", "")
    .option("--manifest <file>", "service.yml of the service", "service.yml")
    .option("--metrics <host:port>", "its page for Prometheus", "127.0.0.1:26662")
    .option("--executor-home <dir>", "home of the executor (default HOME/executor)")
    .action((flags: SetupFlags) => setup(context(), flags));
  executor
    .command("run")
    .description("run the executor of a home until it is interrupted")
    .option("--executor-home <dir>", "home of the executor (default HOME/executor)")
    .action((flags: { executorHome?: string }) => run(executorHome(context(), flags.executorHome)));
  executor
    .command("doctor")
    .description("check everything that the executor needs")
    .option("--executor-home <dir>", "home of the executor (default HOME/executor)")
    .action(async (flags: { executorHome?: string }) => {
      const cli = context();
      const findings = await diagnose(executorHome(cli, flags.executorHome), () => "");
      if (cli.options.output === "json") cli.out(JSON.stringify(findings));
      else for (const finding of findings) findingLines(finding).forEach((line) => cli.out(line));
      const failed = findings.filter(({ level }) => level === "fail").length;
      if (failed > 0) throw userError("E1441", { count: failed, checks: findings.length });
    });
};

function executorHome(cli: CliContext, given: string | undefined): string {
  return path.resolve(given ?? path.join(cli.options.home, "executor"));
}

function coin(field: string, text: string): bigint {
  const value = parseCoinAmount(text);
  if (value === undefined)
    throw userError("E4011", { field, expected: "a coin like 10ASSAY", actual: text });
  return value;
}

async function setup(cli: CliContext, flags: SetupFlags): Promise<void> {
  const [service = "", version = ""] = flags.service.split("@");
  const commitmentMs = parseDuration(flags.commit);
  if (commitmentMs === undefined)
    throw userError("E4011", {
      field: "--commit",
      expected: "a duration like 30d",
      actual: flags.commit,
    });
  const roles = flags.roles.split(",").map((name) => {
    const role = roleNames[name.trim()];
    if (role === undefined)
      throw userError("E4011", {
        field: "--roles",
        expected: Object.keys(roleNames).join(", "),
        actual: name,
      });
    return role;
  });
  const owner = await cli.connect(requireFrom(flags));
  const stake = coin("--stake", flags.stake);
  const operatorFunds = coin("--funds", flags.funds);
  const feeGrant = flags.feeGrant === true;
  const home = executorHome(cli, flags.executorHome);
  const { keyringBackend, passphraseFile } = cli.options;
  const operator = await writeExecutorHome({
    home,
    rpc: cli.options.node.split(","),
    chainId: owner.chainId,
    keyring: keyringBackend,
    services: [flags.manifest],
    metrics: flags.metrics,
    ...(passphraseFile === undefined ? {} : { passphraseFile }),
    ...(feeGrant ? { feeGranter: owner.sender.address } : {}),
  });
  const outcome = await setUpNode(owner, {
    ...{ service, version, roles, stake, commitmentMs, operatorFunds, endpoint: flags.endpoint },
    capacity: flags.capacity === undefined ? undefined : Number(flags.capacity),
    ...{ operator: operator.address, feeGrant },
  });
  const until = new Date(Date.now() + Number(commitmentMs))
    .toISOString()
    .slice(0, 16)
    .replace("T", " ");
  cli.err(`==> tx ${outcome.hash.slice(0, 8)}…  included  height ${outcome.height}`);
  const holds = feeGrant ? "may spend on fees of posts" : "holds";
  cli.out(
    `bonded ${formatAssay(stake)} to ${service}, operator ${operator.address} ${holds} ${formatAssay(operatorFunds)}`,
  );
  cli.out(
    `committed until ${until} UTC; unbonding begins with: assay tx staking unbond ${service} 0 --from ${flags.from ?? ""}`,
  );
  cli.out(`run it: assay executor run --executor-home ${home}`);
}

function run(home: string): Promise<void> {
  const main = fileURLToPath(new URL("../../executor/main.js", import.meta.url));
  const child = spawn(process.execPath, [main, "--home", home], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on("exit", (code) => {
      process.exitCode = code ?? exitCodes.interrupted;
      resolve();
    });
  });
}
