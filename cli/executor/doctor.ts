import { AssayClient, RpcUnavailable } from "../../client/index.ts";
import { loadManifest } from "../../client/manifest/file.ts";
import { Keyring, type Backend } from "../../client/keyring/keyring.ts";
import { absent } from "../service/publish.ts";
import { definitionHash, definitionOf } from "../../client/manifest/release.ts";
import { equalBytes } from "../../core/bytes.ts";
import fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";

/** One line of the preflight table. */
export type Finding = { readonly ok: boolean; readonly name: string; readonly text: string };

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

/** Everything that would keep this executor from serving, checked before it is started (CONVENTIONS J1.8). */
export async function diagnose(home: string, passphrase: () => string): Promise<Finding[]> {
  const file = path.join(home, "config", "executor.yml");
  if (!fs.existsSync(file))
    return [{ ok: false, name: "config", text: `${file}: no such file; run assay executor setup` }];
  const config = (parse(fs.readFileSync(file, "utf8")) ?? {}) as Config;
  const rpc = config.rpc ?? [];
  const findings: Finding[] = [];
  let client: AssayClient;
  try {
    client = await AssayClient.connect(rpc);
    const { node_info, sync_info } = await client.rpc.call<Status>("status");
    const same = node_info.network === config.chain_id;
    const text = `${client.rpc.endpoint}   ${node_info.version}  height ${sync_info.latest_block_height}${same ? "" : `  chain id: expected ${config.chain_id}, got ${node_info.network}`}`;
    findings.push({ ok: same && !sync_info.catching_up, name: "rpc", text });
  } catch (error) {
    if (!(error instanceof RpcUnavailable)) throw error;
    return [{ ok: false, name: "rpc", text: error.looked.join(" · ") }];
  }
  const keyring = new Keyring({
    home,
    backend: config.keyring ?? "file",
    prefix: "assay",
    passphrase,
  });
  const operator = keyring.get(config.operator ?? "operator").address;
  findings.push({
    ok: true,
    name: "key",
    text: `operator ${operator} can only post; the owner's key is not needed here`,
  });
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

async function fundsFinding(
  client: AssayClient,
  address: string,
  payer = "operator",
): Promise<Finding> {
  const amount = BigInt(
    (await client.balances(address)).find(({ denom }) => denom === "uassay")?.amount ?? "0",
  );
  return {
    ok: amount >= lowFunds,
    name: "funds",
    text: `${payer} ${amount}uassay = about ${amount / 3000n} posts`,
  };
}

/** The allowance must be there and the granter able to pay; how far a limit goes is the chain's to say. */
async function grantFinding(
  client: AssayClient,
  granter: string,
  operator: string,
): Promise<Finding> {
  const grant = await client.feeGrant(granter, operator);
  if (grant === undefined) {
    return { ok: false, name: "funds", text: `${granter} grants ${operator} no fees` };
  }
  const { ok, text } = await fundsFinding(client, granter, "granter");
  return { ok, name: "funds", text: `fees are granted by ${granter}; ${text}` };
}

async function bondFinding(client: AssayClient, operator: string): Promise<Finding> {
  const { bonds } = await client.staking.operatorBonds({ operator });
  const text = bonds.map(
    (bond) =>
      `${bond.service} ${bond.amount}uassay capacity ${bond.capacity}${bond.status === 1 ? "" : " (jailed or leaving)"}`,
  );
  return {
    ok: bonds.some((bond) => bond.status === 1),
    name: "bond",
    text: text.join("   ") || "no bond names this operator",
  };
}

async function serviceFinding(client: AssayClient, file: string): Promise<Finding> {
  const manifest = loadManifest(file);
  const name = `${manifest.sid}@${manifest.version}`;
  const found = await absent(
    client.registry.release({ service: manifest.sid, version: manifest.version }),
  );
  if (found?.release === undefined)
    return { ok: false, name: "service", text: `${name}: not published` };
  if (!equalBytes(found.release.definitionHash, definitionHash(definitionOf(manifest)))) {
    return {
      ok: false,
      name: "service",
      text: `${name}: ${file} is not what was published (definition hash differs)   E4103`,
    };
  }
  for (const { key, runner } of manifest.tasks) {
    if (runner.kind !== "http") continue;
    try {
      await fetch(runner.url, { method: "GET", signal: AbortSignal.timeout(2_000) });
    } catch (error) {
      return {
        ok: false,
        name: "service",
        text: `${name} task ${key}: ${runner.url} does not answer (${String(error)})`,
      };
    }
  }
  return { ok: true, name: "service", text: `${name} published, its web service answers` };
}
