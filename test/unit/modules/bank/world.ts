import type { Address, Amount } from "../../../../core/brand.ts";
import { moduleAddress } from "../../../../core/crypto/address.ts";
import { addressFromBytes } from "../../../../core/crypto/bech32.ts";
import * as auth from "../../../../modules/auth/index.ts";
import * as bank from "../../../../modules/bank/index.ts";
import type { BankGenesisState } from "../../../../proto/cosmos.ts";
import { testWorld, type TestWorld } from "../../../support/ctx.ts";
import { initGenesis } from "../../../support/moduleCalls.ts";

export const alice = addressFromBytes(new Uint8Array(20).fill(1));
export const bob = addressFromBytes(new Uint8Array(20).fill(2));
export const carol = addressFromBytes(new Uint8Array(32).fill(3));
export const tasks = moduleAddress("tasks");

export function units(value: bigint): Amount {
  return value as Amount;
}

export function bankGenesis(fields: Partial<BankGenesisState> = {}): BankGenesisState {
  return {
    params: bank.defaultParams,
    balances: [
      {
        address: alice,
        coins: [
          { denom: "ucosm", amount: "1000" },
          { denom: "ustake", amount: "50" },
        ],
      },
      { address: bob, coins: [{ denom: "ucosm", amount: "7" }] },
    ],
    supply: [],
    denomMetadata: [],
    sendEnabled: [],
    ...fields,
  };
}

/** alice has 1000ucosm and 50ustake, bob 7ucosm; the module accounts exist. */
export function bankWorld(fields: Partial<BankGenesisState> = {}): TestWorld {
  const world = testWorld();
  initGenesis(auth.authModule, world.at(), { params: auth.defaultParams, accounts: [] });
  initGenesis(bank.bankModule, world.at(), bankGenesis(fields));
  return world;
}

export function ucosm(value: bigint): { denom: string; amount: Amount }[] {
  return [{ denom: "ucosm", amount: units(value) }];
}

export type { Address };
