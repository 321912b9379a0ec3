import type { BeaconKey } from "./beaconKeys.ts";
import { denom, paramsOf, type Profile } from "./params.ts";

export type GenesisValidator = {
  readonly name: string;
  /** Upper-case hex of 20 bytes. */
  readonly address: string;
  /** ed25519, base64. */
  readonly publicKey: string;
  readonly power: bigint;
  readonly beacon: Pick<BeaconKey, "pub_key" | "proof_of_possession">;
};

export type GenesisOptions = {
  readonly chainId: string;
  readonly profile: Profile;
  readonly timeMs: number;
  readonly validators: readonly GenesisValidator[];
  /** Accounts with their balance in base units, in the order of their numbers. */
  readonly accounts: readonly { readonly address: string; readonly amount: bigint }[];
};

type Json = Record<string, unknown>;

/** One genesis.json, the same bytes for every node: CometBFT's part and the state of all modules (WIRE 15). */
export function buildGenesis(options: GenesisOptions): Json {
  return {
    genesis_time: new Date(options.timeMs).toISOString(),
    chain_id: options.chainId,
    initial_height: "1",
    consensus_params: {
      block: { max_bytes: "4194304", max_gas: "-1" },
      evidence: {
        max_age_num_blocks: "100000",
        max_age_duration: "172800000000000",
        max_bytes: "1048576",
      },
      validator: { pub_key_types: ["ed25519"] },
      version: { app: "0" },
      abci: { vote_extensions_enable_height: "0" },
    },
    validators: genesisValidators(options.validators),
    app_hash: "",
    app_state: appState(options),
  };
}

/** CometBFT's own list. */
export function genesisValidators(validators: readonly GenesisValidator[]): Json[] {
  return validators.map(({ name, address, publicKey, power }) => ({
    address,
    pub_key: { type: "tendermint/PubKeyEd25519", value: publicKey },
    power: String(power),
    name,
  }));
}

function appState({ profile, validators, accounts }: GenesisOptions): Json {
  const params = paramsOf(profile);
  const coins = (amount: bigint): Json[] => [{ denom, amount: String(amount) }];
  const supply = accounts.reduce((sum, { amount }) => sum + amount, 0n);
  return {
    auth: {
      params: params["auth"],
      accounts: accounts.map(({ address }) => ({
        "@type": "/cosmos.auth.v1beta1.BaseAccount",
        address,
        pub_key: null,
        account_number: "0",
        sequence: "0",
      })),
    },
    bank: {
      params: params["bank"],
      balances: accounts.map(({ address, amount }) => ({ address, coins: coins(amount) })),
      supply: supply === 0n ? [] : coins(supply),
      denom_metadata: [assayMetadata],
      send_enabled: [],
    },
    feegrant: lists("allowances"),
    clock: { params: params["clock"] },
    beacon: { contributors: contributors(validators), last: "", pending: [] },
    registry: {
      params: params["registry"],
      ...lists("users", "services", "releases", "instances", "commitments", "retired"),
    },
    staking: {
      params: params["staking"],
      ...lists("bonds", "lives", "faults", "tombstones"),
      book: { deposited: "0", slashed: "0", withdrawn: "0", penalties: "0" },
    },
    reputation: { params: params["reputation"], ...lists("counters", "incidents") },
    tasks: {
      params: params["tasks"],
      ...lists("tasks", "digests", "selections"),
      next_task_id: "1",
    },
  };
}

function lists(...names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, []]));
}

export function contributors(validators: readonly GenesisValidator[]): Json[] {
  return validators.map(({ address, power, beacon }) => ({
    cons_address: Buffer.from(address, "hex").toString("base64"),
    pubkey: beacon.pub_key,
    proof_of_possession: beacon.proof_of_possession,
    power: String(power),
  }));
}

/** Explorers and wallets convert units by it. */
const assayMetadata = {
  description: "The token of an Assay network: stakes, fees and prices",
  denom_units: [
    { denom, exponent: 0, aliases: ["microassay"] },
    { denom: "ASSAY", exponent: 6, aliases: [] },
  ],
  base: denom,
  display: "ASSAY",
  name: "Assay",
  symbol: "ASSAY",
  uri: "",
  uri_hash: "",
};
