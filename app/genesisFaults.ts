import { readFileSync } from "node:fs";
import { sha256 } from "../core/crypto/sha256.ts";
import { loadDescriptors } from "./appDescriptors.ts";
import { usePrefixOf, type GenesisFile } from "./appHome.ts";
import { buildRegistry } from "./appRegistry.ts";
import { contributorFaults } from "./genesis/init.ts";
import { parseAppState } from "./genesis/parse.ts";
import { modules } from "./modules.ts";

// A program of its own: the tools that write genesis files may not load the app.
// The file comes in on stdin; every fault goes out as JSON.
type Validator = { readonly pub_key: { readonly value: string }; readonly power: string };

const genesis = JSON.parse(readFileSync(0, "utf8")) as Omit<GenesisFile, "validators"> & {
  readonly validators?: readonly Validator[];
};
usePrefixOf({ chain_id: genesis.chain_id, app_state: genesis.app_state });
const { descriptors } = buildRegistry(modules, loadDescriptors());
const state = JSON.stringify(genesis.app_state ?? null);
const { parts, faults } = parseAppState(modules, descriptors, state);
const validators = (genesis.validators ?? []).map(({ pub_key: key, power }) => ({
  address: sha256(Buffer.from(key.value, "base64")).slice(0, 20),
  power: BigInt(power),
}));
if (validators.length === 0) {
  faults.push({ pointer: "/validators", text: "expected at least one, got none" });
}
process.stdout.write(JSON.stringify([...faults, ...contributorFaults(parts, validators)]));
