import { modules } from "../../app/modules.ts";
import { buildGenesis } from "../../cli/home/genesis.ts";
import type { TestKey, TestProposer } from "./keys.ts";

/** app_state by module name, with the fields' proto names; tests edit any part of it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a genesis file is JSON
export type AppState = Record<string, any>;

/** 1,000,000 ASSAY. */
export const testBalance = 1_000_000_000_000n;
export const testPower = 10n;

export type GenesisOptions = {
  readonly chainId: string;
  readonly timeMs: bigint;
  readonly accounts: readonly TestKey[];
  readonly proposers: readonly TestProposer[];
};

/** The app_state that `assay init` writes for a local network, with the modules that the app has. */
export function genesisFor({ chainId, timeMs, accounts, proposers }: GenesisOptions): AppState {
  const genesis = buildGenesis({
    chainId,
    profile: "localnet",
    timeMs: Number(timeMs),
    validators: proposers.map(({ publicKey, consAddress, beaconKey, proof }, i) => ({
      name: `proposer ${i}`,
      address: Buffer.from(consAddress).toString("hex").toUpperCase(),
      publicKey: base64(publicKey),
      power: testPower,
      beacon: { pub_key: base64(beaconKey), proof_of_possession: base64(proof) },
    })),
    accounts: accounts.map(({ address }) => ({ address, amount: testBalance })),
  });
  const state = genesis["app_state"] as AppState;
  const kept = modules.filter((module) => module.genesis !== undefined).map(({ name }) => name);
  return Object.fromEntries(kept.map((name) => [name, withoutEmpty(state[name])]));
}

/** More accounts, each with this many uassay and no key yet, for tests and benches of many senders. */
export function addAccounts(
  state: AppState,
  accounts: readonly { readonly address: string }[],
  amount: bigint,
): void {
  for (const { address } of accounts) {
    const numbers = { account_number: "0", sequence: "0" };
    const type = "/cosmos.auth.v1beta1.BaseAccount";
    state["auth"].accounts.push({ "@type": type, address, pub_key: null, ...numbers });
    const coins = [{ denom: "uassay", amount: String(amount) }];
    state["bank"].balances.push({ address, coins });
  }
  const [supply] = state["bank"].supply;
  supply.amount = String(BigInt(supply.amount) + amount * BigInt(accounts.length));
}

/** Lists that hold nothing need no field. */
export function withoutEmpty(part: Record<string, unknown>): Record<string, unknown> {
  const full = Object.entries(part).filter(
    ([, value]) => !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(full);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
