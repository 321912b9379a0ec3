import fs from "node:fs";
import path from "node:path";
import { parse } from "smol-toml";
import { UserError } from "../../client/errors/index.ts";
import type { BeaconKey } from "../home/beaconKeys.ts";
import { readJson } from "../home/files.ts";
import { genesisPath, requireSound } from "../home/genesisFile.ts";
import { socketPathOf } from "../home/socket.ts";
import { isDevelopment } from "../supervise/engine.ts";
import { fail, ok, warn, type Finding } from "./finding.ts";

type Toml = Record<string, unknown>;
type Key = { readonly address: string };
type Genesis = {
  readonly chain_id: string;
  readonly validators?: readonly { readonly address: string }[];
  readonly app_state?: {
    readonly beacon?: { readonly contributors?: { cons_address: string; pubkey: string }[] };
  };
};

const secrets = ["priv_validator_key.json", "beacon_key.json", "node_key.json"];
const shortestCommitMs = 300;

export function readConfig(home: string, name: string): Toml {
  const file = path.join(home, "config", name);
  return fs.existsSync(file) ? parse(fs.readFileSync(file, "utf8")) : {};
}

const section = (toml: Toml, name: string): Toml => (toml[name] ?? {}) as Toml;
export const textIn = (toml: Toml, table: string, key: string): string =>
  String(section(toml, table)[key] ?? "");

/** Everything that can be judged from the files of a home alone. */
export function judgeFiles(home: string): Finding[] {
  return [...judgeGenesis(home), ...judgeSecrets(home), ...judgeComet(home), ...judgeApp(home)];
}

function judgeGenesis(home: string): Finding[] {
  const file = genesisPath(home);
  try {
    requireSound(file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [fail("genesis", error.what, "assay genesis validate", error.code)];
  }
  const genesis = readJson(file) as Genesis;
  const expected = genesis.chain_id;
  const actual = readConfig(home, "client.toml")["chain-id"];
  const chain =
    actual === undefined || actual === expected
      ? ok("genesis", `${expected}   ${genesis.validators?.length ?? 0} validators`)
      : fail(
          "genesis",
          `chain-id of client.toml: expected ${expected}, got ${String(actual)}`,
          "correct config/client.toml",
        );
  return [chain, judgeBeacon(home, genesis)];
}

function judgeBeacon(home: string, { validators = [], app_state: state }: Genesis): Finding {
  const keyFile = path.join(home, "config", "priv_validator_key.json");
  if (!fs.existsSync(keyFile)) return fail("beacon", `${keyFile} is missing`, "restore it");
  const { address } = readJson(keyFile) as Key;
  if (!validators.some((one) => one.address === address))
    return ok("beacon", "this node is no validator of genesis");
  const beaconFile = path.join(home, "config", "beacon_key.json");
  if (!fs.existsSync(beaconFile)) return ok("beacon", "derived from the consensus key");
  const { pub_key: own } = readJson(beaconFile) as BeaconKey;
  const registered = state?.beacon?.contributors?.find(
    ({ cons_address: cons }) =>
      Buffer.from(cons, "base64").toString("hex").toUpperCase() === address,
  );
  if (registered?.pubkey === own) return ok("beacon", "the key is the one of genesis");
  const text = "the beacon key is not the one registered in genesis";
  return fail("beacon", text, "put back config/beacon_key.json of this validator", "E1303");
}

function judgeSecrets(home: string): Finding[] {
  const files = secrets.map((name) => path.join(home, "config", name));
  for (const backend of ["file", "test"]) {
    const ring = path.join(home, `keyring-${backend}`);
    if (!fs.existsSync(ring)) continue;
    files.push(...fs.readdirSync(ring).map((name) => path.join(ring, name)));
  }
  const present = files.filter((file) => fs.existsSync(file));
  const open = present.filter((file) => (fs.statSync(file).mode & 0o077) !== 0);
  if (open.length > 0) {
    const text = `other users can read ${open.join(", ")}`;
    return [fail("secrets", text, `chmod 600 ${open.join(" ")}`, "E1506")];
  }
  if ((fs.statSync(home).mode & 0o077) === 0)
    return [ok("secrets", `${present.length} secret files are readable by their owner only`)];
  return [warn("secrets", `other users can look into ${home}`, `chmod 700 ${home}`)];
}

function judgeComet(home: string): Finding[] {
  const toml = readConfig(home, "config.toml");
  const found: Finding[] = [];
  const proxy = String(toml["proxy_app"] ?? "");
  const expected = `unix://${socketPathOf(home)}`;
  const file = "config/config.toml";
  if (proxy !== expected) {
    const text = `proxy_app: expected ${expected}, got ${proxy}`;
    found.push(fail("config", text, `${file}: proxy_app = "${expected}"`));
  }
  if (section(toml, "consensus")["create_empty_blocks"] === true)
    found.push(
      warn(
        "config",
        "an idle chain makes blocks for ever (create_empty_blocks)",
        `${file}, [consensus]: create_empty_blocks = false`,
      ),
    );
  const skip = section(toml, "consensus")["skip_timeout_commit"] === true;
  const commit = milliseconds(textIn(toml, "consensus", "timeout_commit"));
  if (skip || (commit !== undefined && commit < shortestCommitMs)) {
    const text = "blocks follow at once: windows of tasks count blocks and would close too soon";
    const fix = `${file}, [consensus]: skip_timeout_commit = false, timeout_commit of 300ms or more`;
    found.push(warn("config", text, fix));
  }
  if (textIn(toml, "tx_index", "indexer") !== "kv")
    found.push(
      warn(
        "config",
        "clients cannot find their transactions (indexer)",
        `${file}, [tx_index]: indexer = "kv"`,
      ),
    );
  const rpc = textIn(toml, "rpc", "laddr");
  if (!isPrivate(rpc))
    found.push(
      warn(
        "config",
        `RPC is open to every host (${rpc})`,
        `${file}, [rpc]: laddr = "tcp://127.0.0.1:26657", or a firewall in front of it`,
      ),
    );
  return found.length === 0 ? [ok("config", "config.toml has no contradiction")] : found;
}

function judgeApp(home: string): Finding[] {
  const app = readConfig(home, "app.toml");
  const genesis = readJson(genesisPath(home)) as Genesis;
  const backend = String(readConfig(home, "client.toml")["keyring-backend"] ?? "file");
  const found: Finding[] = [];
  if (backend === "test" && !isDevelopment(genesis.chain_id)) {
    const text = `keyring-backend test keeps keys in clear on ${genesis.chain_id}`;
    found.push(fail("app", text, 'config/client.toml: keyring-backend = "file"', "E1501"));
  }
  if (String(app["minimum-gas-prices"] ?? "") === "")
    found.push(
      warn(
        "app",
        "transactions without fee are taken (minimum-gas-prices)",
        'config/app.toml: minimum-gas-prices = "0.025uassay"',
      ),
    );
  if (Number(app["halt-height"] ?? 0) > 0)
    found.push(
      warn(
        "app",
        `this node stops at height ${String(app["halt-height"])} (halt-height)`,
        "config/app.toml: halt-height = 0 once that is over",
      ),
    );
  const address = textIn(app, "telemetry", "address");
  if (section(app, "telemetry")["enabled"] === true && !isPrivate(`tcp://${address}`))
    found.push(
      warn(
        "app",
        `the metrics page is open to every host (${address})`,
        'config/app.toml, [telemetry]: address = "127.0.0.1:26661"',
      ),
    );
  return found.length === 0 ? [ok("app", "app.toml has no contradiction")] : found;
}

const isPrivate = (url: string): boolean =>
  /^tcp:\/\/(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|localhost|\[::1\])/.test(url);

function milliseconds(text: string): number | undefined {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const factor = unit === "ms" ? 1 : unit === "s" ? 1000 : 60_000;
  return number === "" ? undefined : Number(number) * factor;
}
