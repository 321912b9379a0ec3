import { AssayClient, RpcUnavailable } from "../../client/index.ts";
import { loadManifest } from "../../client/manifest/file.ts";
import { Keyring, type Backend } from "../../client/keyring/keyring.ts";
import { absent } from "../service/publish.ts";
import { definitionHash, definitionOf } from "../../client/manifest/release.ts";
import { equalBytes } from "../../core/bytes.ts";
import { fail, ok, type Finding } from "../doctor/finding.ts";
import fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";

type Config = {
  rpc?: string[];
  chain_id?: string;
  keyring?: Backend;
  operator?: string;
  fee_granter?: string;
  services?: string[];
};
type Status = {
  node_info: { version: string; network: string };
  sync_info: { latest_block_height: string; catching_up: boolean };
};

const lowFunds = 1_000_000n;

type Purses = Pick<AssayClient, "balances" | "feeGrant">;

/** Everything that would keep this executor from serving, checked before it is started (CONVENTIONS J1.8). */
export async function diagnose(home: string, passphrase: () => string): Promise<Finding[]> {
  const file = path.join(home, "config", "executor.yml");
  if (!fs.existsSync(file))
    return [fail("config", `${file}: no such file`, "assay executor setup")];
  const config = (parse(fs.readFileSync(file, "utf8")) ?? {}) as Config;
  const rpc = config.rpc ?? [];
  const findings: Finding[] = [];
  let client: AssayClient;
  try {
    client = await AssayClient.connect(rpc);
    const { node_info, sync_info } = await client.rpc.call<Status>("status");
    const same = node_info.network === config.chain_id;
    const text = `${client.rpc.endpoint}   ${node_info.version}  height ${sync_info.latest_block_height}${same ? "" : `  chain id: expected ${config.chain_id}, got ${node_info.network}`}`;
    if (same && !sync_info.catching_up) findings.push(ok("rpc", text));
    else
      findings.push(
        fail("rpc", text, "another RPC in config/executor.yml, or wait until it has caught up"),
      );
  } catch (error) {
    if (!(error instanceof RpcUnavailable)) throw error;
    const text = error.looked.join(" · ");
    return [
      ...findings,
      fail("rpc", text, "start the node, or correct rpc in config/executor.yml", "E1001"),
    ];
  }
  findings.push(...secretFindings(home));
  const keyring = new Keyring({
    home,
    backend: config.keyring ?? "file",
    prefix: "assay",
    passphrase,
  });
  const operator = keyring.get(config.operator ?? "operator").address;
  findings.push(
    ok("key", `operator ${operator} can only post; the owner's key is not needed here`),
  );
  findings.push(
    config.fee_granter === undefined
      ? await fundsFinding(client, operator)
      : await grantFinding(client, config.fee_granter, operator),
  );
  findings.push(await bondFinding(client, operator));
  for (const service of config.services ?? [])
    findings.push(await serviceFinding(client, path.resolve(path.dirname(file), service)));
  return findings;
}

/** The operator's key, and the journal: it holds the salts of commitments that are not revealed yet (THREATS C16). */
function secretFindings(home: string): Finding[] {
  const folders = ["keyring-file", "keyring-test", "data"].map((name) => path.join(home, name));
  const files = folders
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) => fs.readdirSync(folder).map((name) => path.join(folder, name)));
  const open = files.filter((file) => (fs.statSync(file).mode & 0o077) !== 0);
  if (open.length === 0) return [ok("secrets", "readable by their owner only")];
  const text = `other users can read ${open.join(", ")}`;
  return [fail("secrets", text, `chmod -R go= ${home}`, "E1506")];
}

async function fundsFinding(client: Purses, address: string, payer = "operator"): Promise<Finding> {
  const amount = BigInt(
    (await client.balances(address)).find(({ denom }) => denom === "uassay")?.amount ?? "0",
  );
  const text = `${payer} ${amount}uassay = about ${amount / 3000n} posts`;
  if (amount >= lowFunds) return ok("funds", text);
  return fail("funds", text, `assay tx bank send FROM ${address} 10ASSAY`);
}

/** The allowance must be there and the granter able to pay; how far a limit goes is the chain's to say. */
export async function grantFinding(
  client: Purses,
  granter: string,
  operator: string,
): Promise<Finding> {
  const grant = await client.feeGrant(granter, operator);
  if (grant === undefined) {
    const none = `${granter} grants ${operator} no fees`;
    return fail("funds", none, "assay executor setup --fee-grant, or remove fee_granter");
  }
  const funds = await fundsFinding(client, granter, "granter");
  return { ...funds, text: `fees are granted by ${granter}; ${funds.text}` };
}

async function bondFinding(client: AssayClient, operator: string): Promise<Finding> {
  const { bonds } = await client.staking.operatorBonds({ operator });
  const text = bonds.map(
    (bond) =>
      `${bond.service} ${bond.amount}uassay capacity ${bond.capacity}${bond.status === 1 ? "" : " (jailed or leaving)"}`,
  );
  if (bonds.some((bond) => bond.status === 1)) return ok("bond", text.join("   "));
  const found = text.join("   ") || "no bond names this operator";
  return fail("bond", found, "assay executor setup, or assay tx staking unjail");
}

async function serviceFinding(client: AssayClient, file: string): Promise<Finding> {
  const manifest = loadManifest(file);
  const name = `${manifest.sid}@${manifest.version}`;
  const found = await absent(
    client.registry.release({ service: manifest.sid, version: manifest.version }),
  );
  if (found?.release === undefined)
    return fail("service", `${name}: not published`, "assay service publish");
  if (!equalBytes(found.release.definitionHash, definitionHash(definitionOf(manifest)))) {
    const text = `${name}: ${file} is not what was published (definition hash differs)`;
    return fail("service", text, "fetch the service.yml that was published", "E4103");
  }
  for (const { key, runner } of manifest.tasks) {
    if (runner.kind !== "http") continue;
    try {
      await fetch(runner.url, { method: "GET", signal: AbortSignal.timeout(2_000) });
    } catch (error) {
      const text = `${name} task ${key}: ${runner.url} does not answer (${String(error)})`;
      return fail("service", text, "start the web service of this task");
    }
  }
  return ok("service", `${name} published, its web service answers`);
}
