import type { Address } from "../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { addressBytes } from "../../core/crypto/bech32.ts";
import { defineGenesis, type Fault } from "../../core/module.ts";
import { maxAmount, parseDecimal } from "../../core/math/integers.ts";
import { ensureAccount, ensureModuleAccount } from "../auth/index.ts";
import { addBalance, changeSupply } from "./balances.ts";
import { coinOfWire, coinsFault, isDenom, wireOfCoin } from "./coins.ts";
import { paramFaults } from "./params.ts";
import { balances, metadata, params, sendEnabled, supplies } from "./state.ts";
import { moduleAccounts } from "./transfers.ts";
import { GenesisState, type Metadata } from "./types.ts";

type Fail = (pointer: string, text: string) => void;

/** Balances by denom; faulty ones are left out of the sum. */
function sumBalances(genesis: GenesisState, fail: Fail): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  const seen = new Set<string>();
  for (const [i, { address, coins }] of genesis.balances.entries()) {
    if (addressBytes(address) === undefined) {
      fail(`/balances/${i}/address`, `address: expected bech32, got "${address}"`);
    }
    if (seen.has(address)) {
      fail(`/balances/${i}/address`, `address: expected it once, got ${address} again`);
    }
    seen.add(address);
    const fault = coinsFault(coins);
    if (fault !== undefined) {
      fail(`/balances/${i}/coins`, fault);
      continue;
    }
    for (const coin of coins.map(coinOfWire)) {
      sums.set(coin.denom, (sums.get(coin.denom) ?? 0n) + coin.amount);
    }
  }
  return sums;
}

function checkSupply(genesis: GenesisState, fail: Fail): void {
  const sums = sumBalances(genesis, fail);
  for (const [denom, sum] of sums) {
    if (sum > maxAmount) fail("/balances", `sum of ${denom}: expected at most 2^128-1, got ${sum}`);
  }
  if (genesis.supply.length === 0) return;
  const fault = coinsFault(genesis.supply);
  if (fault !== undefined) {
    fail("/supply", fault);
    return;
  }
  const stated = new Map(
    genesis.supply.map(({ denom, amount: text }) => [denom, parseDecimal(text)]),
  );
  for (const denom of new Set([...sums.keys(), ...stated.keys()])) {
    const [sum, supply] = [sums.get(denom) ?? 0n, stated.get(denom) ?? 0n];
    if (sum !== supply) fail("/supply", `supply of ${denom}: expected ${sum}, got ${supply}`);
  }
}

function metadataFault({ base, display, denomUnits }: Metadata): string | undefined {
  if (!isDenom(base)) return `base: expected a denom, got "${base}"`;
  let last = -1;
  const names = new Set<string>();
  for (const { denom, exponent } of denomUnits) {
    if (!isDenom(denom)) return `denom of a unit: expected a denom, got "${denom}"`;
    if (names.has(denom)) return `units: expected ${denom} once`;
    if (exponent <= last || exponent > 38) {
      return `exponent of ${denom}: expected ${last + 1}..38, got ${exponent}`;
    }
    if (last < 0 && (denom !== base || exponent !== 0)) {
      return `first unit: expected ${base} with exponent 0, got ${denom} with ${exponent}`;
    }
    last = exponent;
    names.add(denom);
  }
  if (last < 0) return "denom_units: expected at least the base, got none";
  return names.has(display) ? undefined : `display: expected one of the units, got "${display}"`;
}

function checkDenoms(genesis: GenesisState, fail: Fail): void {
  const described = new Set<string>();
  for (const [i, one] of genesis.denomMetadata.entries()) {
    const fault = metadataFault(one);
    if (fault !== undefined) fail(`/denom_metadata/${i}`, fault);
    if (described.has(one.base)) fail(`/denom_metadata/${i}`, `base: expected ${one.base} once`);
    described.add(one.base);
  }
  const switched = new Set<string>();
  for (const [i, { denom }] of genesis.sendEnabled.entries()) {
    if (!isDenom(denom)) fail(`/send_enabled/${i}`, `denom: expected a denom, got "${denom}"`);
    if (switched.has(denom)) fail(`/send_enabled/${i}`, `denom: expected ${denom} once`);
    switched.add(denom);
  }
}

function validate(genesis: GenesisState): Fault[] {
  const faults = paramFaults(genesis.params);
  const fail: Fail = (pointer, text) => void faults.push({ pointer, text });
  checkSupply(genesis, fail);
  checkDenoms(genesis, fail);
  return faults;
}

function init(ctx: Ctx, genesis: GenesisState): void {
  params.set(ctx, genesis.params);
  for (const { address, coins } of genesis.balances) {
    // A balance without an account would be locked until somebody else pays there.
    ensureAccount(ctx, address as Address);
    for (const coin of coins.map(coinOfWire)) {
      changeSupply(ctx, coin.denom, coin.amount);
      addBalance(ctx, address as Address, coin.denom, coin.amount);
    }
  }
  for (const one of genesis.denomMetadata) metadata.set(ctx, one.base, one);
  for (const { denom, enabled } of genesis.sendEnabled) sendEnabled.set(ctx, denom, enabled);
  for (const name of moduleAccounts) ensureModuleAccount(ctx, name);
}

function exportGenesis(ctx: ReadCtx): GenesisState {
  const list: GenesisState["balances"] = [];
  for (const [[address, denom], value] of balances.entries(ctx)) {
    const coin = wireOfCoin({ denom, amount: value });
    const last = list.at(-1);
    if (last?.address === address) last.coins.push(coin);
    else list.push({ address, coins: [coin] });
  }
  const supply = [];
  for (const [denom, value] of supplies.entries(ctx)) {
    supply.push(wireOfCoin({ denom, amount: value }));
  }
  const switches = [...sendEnabled.entries(ctx)].map(([denom, enabled]) => ({ denom, enabled }));
  return {
    params: params.get(ctx),
    balances: list,
    supply,
    denomMetadata: [...metadata.values(ctx)],
    sendEnabled: switches,
  };
}

export const genesis = defineGenesis<GenesisState>({
  codec: GenesisState,
  message: "cosmos.bank.v1beta1.GenesisState",
  validate,
  init,
  export: exportGenesis,
});
