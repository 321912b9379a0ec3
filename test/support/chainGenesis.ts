import { modules } from "../../app/modules.ts";
import * as auth from "../../modules/auth/index.ts";
import * as bank from "../../modules/bank/index.ts";
import type { TestKey, TestProposer } from "./keys.ts";

/* eslint-disable @typescript-eslint/no-explicit-any -- a genesis file is JSON; tests edit any part of it */
/** app_state by module name, with the fields' proto names. */
export type AppState = Record<string, any>;

export const testDenom = "uassay";
/** 1,000,000 ASSAY. */
export const testBalance = 1_000_000_000_000n;
export const testPower = 10n;

export type GenesisOptions = {
  readonly accounts: readonly TestKey[];
  readonly proposers: readonly TestProposer[];
  readonly balance?: bigint;
};

const defaultParams: Record<string, object> = {
  auth: auth.defaultParams,
  bank: bank.defaultParams,
};

/** What differs from the defaults on a local network (PROTOCOL 15). */
const local: Record<string, Record<string, unknown>> = {
  registry: { name_commit_required: false },
  staking: {
    min_bond: "1000000",
    min_commitment_ms: "60000",
    unbonding_ms: "120000",
    jail_ms: "10000",
  },
  clock: { epoch_ms: "2000", slot_ms: "20000" },
  tasks: { appeal_ms: "0" },
};

const ownStates: Record<string, (options: GenesisOptions) => Record<string, unknown>> = {
  auth: ({ accounts }) => ({
    accounts: accounts.map(({ address }) => ({
      "@type": "/cosmos.auth.v1beta1.BaseAccount",
      address,
    })),
  }),
  bank: ({ accounts, balance = testBalance }) => ({
    balances: accounts.map(({ address }) => ({
      address,
      coins: [{ denom: testDenom, amount: balance.toString() }],
    })),
    supply: [{ denom: testDenom, amount: (balance * BigInt(accounts.length)).toString() }],
    denom_metadata: [
      {
        description: "The coin of this test chain",
        denom_units: [{ denom: testDenom }, { denom: "ASSAY", exponent: 6 }],
        base: testDenom,
        display: "ASSAY",
        name: "Assay",
        symbol: "ASSAY",
      },
    ],
  }),
  beacon: ({ proposers }) => ({
    contributors: proposers.map(({ consAddress, beaconKey, proof }) => ({
      cons_address: base64(consAddress),
      pubkey: base64(beaconKey),
      proof_of_possession: base64(proof),
      power: testPower.toString(),
    })),
  }),
};

/** The app_state of a local network with every module of the app. */
export function genesisFor(options: GenesisOptions): AppState {
  const state: AppState = {};
  for (const { name, genesis } of modules) {
    if (genesis === undefined) continue;
    const defaults = defaultParams[name];
    const params = defaults === undefined ? {} : { params: toJson(defaults) };
    state[name] = { ...params, ...ownStates[name]?.(options) };
    if (local[name] !== undefined)
      state[name].params = { ...state[name].params, ...local[name] };
  }
  return state;
}

/** A branded value as the JSON of its message: snake_case names, integers as text, bytes as base64. */
function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return base64(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    toJson(inner),
  ]);
  return Object.fromEntries(entries) as unknown;
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
