import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import path from "node:path";
import { parse } from "smol-toml";
import fs from "node:fs";
import { userError } from "../../client/errors/index.ts";
import type { BeaconKey } from "./beaconKeys.ts";
import { readJson } from "./files.ts";
import type { GenesisValidator } from "./genesis.ts";

/** What one consensus validator tells the others before genesis: public, and signed by its consensus key. */
export type Gentx = {
  readonly chain_id: string;
  readonly moniker: string;
  readonly address: string;
  readonly pub_key: string;
  readonly power: string;
  readonly beacon: Pick<BeaconKey, "pub_key" | "proof_of_possession">;
  /** `id@host:port`, where the others reach it. */
  readonly peer: string;
  readonly signature: string;
};

type ConsensusKey = {
  readonly address: string;
  readonly pub_key: { readonly value: string };
  readonly priv_key: { readonly value: string };
};

const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

/** The bytes that are signed: every field in this order, so that a changed one is noticed. */
function signedBytes(gentx: Omit<Gentx, "signature">): Buffer {
  const { chain_id, moniker, address, pub_key, power, beacon, peer } = gentx;
  const fields = [chain_id, moniker, address, pub_key, power];
  const { pub_key: key, proof_of_possession: proof } = beacon;
  return Buffer.from(`assay/v1/gentx\n${JSON.stringify([...fields, key, proof, peer])}`);
}

export type GentxPlan = {
  readonly home: string;
  readonly chainId: string;
  readonly moniker: string;
  readonly power: bigint;
  readonly nodeId: string;
  /** Host name or IP address without port. */
  readonly host: string;
};

export function makeGentx({ home, chainId, moniker, power, nodeId, host }: GentxPlan): Gentx {
  const config = path.join(home, "config");
  const key = readJson(path.join(config, "priv_validator_key.json")) as ConsensusKey;
  const beacon = readJson(path.join(config, "beacon_key.json")) as BeaconKey;
  const unsigned = {
    ...{ chain_id: chainId, moniker, address: key.address, pub_key: key.pub_key.value },
    power: String(power),
    beacon: { pub_key: beacon.pub_key, proof_of_possession: beacon.proof_of_possession },
    peer: `${nodeId}@${host}:${p2pPort(home)}`,
  };
  const seed = Buffer.from(key.priv_key.value, "base64").subarray(0, 32);
  const secret = createPrivateKey({
    ...{ key: Buffer.concat([pkcs8Prefix, seed]), format: "der", type: "pkcs8" },
  });
  return { ...unsigned, signature: sign(null, signedBytes(unsigned), secret).toString("base64") };
}

/** The port on which this home's CometBFT takes peers. */
function p2pPort(home: string): string {
  const file = path.join(home, "config", "config.toml");
  const { p2p } = parse(fs.readFileSync(file, "utf8")) as { p2p: { laddr: string } };
  return p2p.laddr.slice(p2p.laddr.lastIndexOf(":") + 1);
}

/** Reads one file of an exchange; throws E4011 when it is no gentx of this chain, or was changed. */
export function readGentx(file: string, chainId: string): Gentx {
  const value = readJson(file) as Partial<Gentx>;
  const { beacon } = value;
  const texts = [value.moniker, value.address, value.pub_key, value.power, value.peer];
  const all = [...texts, value.signature, beacon?.pub_key, beacon?.proof_of_possession];
  if (all.some((field) => typeof field !== "string")) {
    throw userError("E4011", {
      ...{ field: file, expected: "what assay genesis gentx writes", actual: "other fields" },
    });
  }
  const gentx = value as Gentx;
  if (gentx.chain_id !== chainId) {
    throw userError("E4011", {
      ...{ field: `${file} chain_id`, expected: chainId, actual: gentx.chain_id },
    });
  }
  if (!isGenuine(gentx)) {
    throw userError("E4011", {
      field: `${file} signature`,
      expected: "a signature of its consensus key",
      actual: "another: the file was changed, fetch it again",
    });
  }
  return gentx;
}

function isGenuine(gentx: Gentx): boolean {
  const bytes = Buffer.from(gentx.pub_key, "base64");
  if (bytes.length !== 32) return false;
  const key = createPublicKey({
    ...{ key: Buffer.concat([spkiPrefix, bytes]), format: "der", type: "spki" },
  });
  return verify(null, signedBytes(gentx), key, Buffer.from(gentx.signature, "base64"));
}

export function validatorOf({ moniker, address, pub_key, power, beacon }: Gentx): GenesisValidator {
  return { name: moniker, address, publicKey: pub_key, power: BigInt(power), beacon };
}
