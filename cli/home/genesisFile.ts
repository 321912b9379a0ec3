import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { parse } from "smol-toml";
import { UserError, userError } from "../../client/errors/index.ts";
import { compareAscii } from "../../core/bytes.ts";
import { editToml } from "../supervise/editToml.ts";
import { readJson, writeFile } from "./files.ts";
import { contributors, genesisValidators } from "./genesis.ts";
import { validatorOf, type Gentx } from "./gentx.ts";
import { denom } from "./params.ts";
import { program } from "./programs.ts";

type Coin = { denom: string; amount: string };

/** A genesis file as far as the commands before the first block edit it. */
export type GenesisJson = {
  readonly chain_id: string;
  validators: unknown;
  readonly app_state: {
    readonly auth: { accounts: { address: string }[] };
    readonly bank: { balances: { address: string; coins: Coin[] }[]; supply: Coin[] };
    readonly beacon: { contributors: unknown };
  };
};

export const genesisPath = (home: string): string => path.join(home, "config", "genesis.json");

/** Throws E1412 where there is none. */
export function readGenesisFile(home: string): GenesisJson {
  const file = genesisPath(home);
  if (!fs.existsSync(file)) throw userError("E1412", { path: home });
  return readJson(file) as GenesisJson;
}

/** Throws E1442: after the first block the file is the chain's identity. */
export function requireNotStarted(home: string): void {
  const state = path.join(home, "data", "priv_validator_state.json");
  const began = fs.existsSync(path.join(home, "data", "app"));
  const signed = fs.existsSync(state) && (readJson(state) as { height: string }).height !== "0";
  if (began || signed) throw userError("E1442", { path: home });
}

export function addGenesisAccount(genesis: GenesisJson, address: string, amount: bigint): void {
  const { auth, bank } = genesis.app_state;
  if (auth.accounts.some((account) => account.address === address)) {
    throw userError("E4011", {
      ...{ field: "address", expected: "an account that is not in genesis yet", actual: address },
    });
  }
  const account = {
    ...{ "@type": "/cosmos.auth.v1beta1.BaseAccount", address },
    ...{ pub_key: null, account_number: "0", sequence: "0" },
  };
  auth.accounts.push(account);
  if (amount === 0n) return;
  bank.balances.push({ address, coins: [{ denom, amount: String(amount) }] });
  const before = BigInt(bank.supply.find((coin) => coin.denom === denom)?.amount ?? "0");
  bank.supply = [{ denom, amount: String(before + amount) }];
}

/** Makes these, and only these, the first consensus validators; every order of files gives the same genesis. */
export function setValidators(genesis: GenesisJson, gentxs: readonly Gentx[]): void {
  const sorted = [...gentxs].sort((a, b) => compareAscii(a.address, b.address));
  for (const field of ["moniker", "address", "peer"] as const) {
    const values = sorted.map((gentx) => gentx[field]);
    const twice = values.find((value, i) => values.indexOf(value) !== i);
    if (twice !== undefined) {
      throw userError("E4011", {
        ...{ field: `gentx ${field}`, expected: "another in each", actual: `${twice} twice` },
      });
    }
  }
  const validators = sorted.map(validatorOf);
  genesis.validators = genesisValidators(validators);
  genesis.app_state.beacon.contributors = contributors(validators);
}

export const sha256Of = (bytes: Uint8Array | string): string =>
  createHash("sha256").update(bytes).digest("hex");

/** Every fault of a genesis file, by the app's own judgement (E1405). */
export function requireSound(file: string): void {
  const { command, args } = program("app/genesisFaults");
  const { status, stdout, stderr } = spawnSync(command, args, {
    ...{ encoding: "utf8", input: fs.readFileSync(file) },
  });
  if (status !== 0) throw new UserError("E9001", `the genesis check ended with ${stderr.trim()}`);
  const faults = JSON.parse(stdout) as { pointer: string; text: string }[];
  if (faults.length === 0) return;
  const lines = faults.map(({ pointer, text }) => `\n  ${pointer}: ${text}`);
  throw userError("E1405", { count: faults.length, faults: lines.join("") });
}

/** Writes whom this home's CometBFT always connects to: all but itself. */
export function writePeers(home: string, peers: readonly string[], ownId: string): void {
  const file = path.join(home, "config", "config.toml");
  const others = peers.filter((peer) => !peer.startsWith(`${ownId}@`));
  const edited = editToml(fs.readFileSync(file, "utf8"), {
    "p2p.persistent_peers": others.join(","),
  });
  writeFile(file, edited);
}

export function monikerOf(home: string): string {
  const file = path.join(home, "config", "config.toml");
  return String(parse(fs.readFileSync(file, "utf8"))["moniker"] ?? "");
}
