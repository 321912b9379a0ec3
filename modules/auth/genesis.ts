import type { Ctx, ReadCtx } from "../../core/context.ts";
import { addressBytes } from "../../core/crypto/bech32.ts";
import { moduleAddress, pubKeyAddress } from "../../core/crypto/address.ts";
import { defineGenesis, type Fault } from "../../core/module.ts";
import { BaseAccount, ModuleAccount, type Any } from "../../proto/cosmos.ts";
import { importAccount } from "./accounts.ts";
import { paramFaults } from "./params.ts";
import { accounts, addressByNumber, nextAccountNumber, params } from "./state.ts";
import { accountOfAny, anyOfAccount, GenesisState, type Account } from "./types.ts";
import { baseAccountType, moduleAccountType } from "./typeUrls.ts";

/** Text of what is wrong with the account's form, before it is parsed as ours. */
function formFault({ typeUrl, value }: Any): string | undefined {
  if (typeUrl !== baseAccountType && typeUrl !== moduleAccountType) {
    return `@type: expected ${baseAccountType} or ${moduleAccountType}, got ${typeUrl}`;
  }
  const base =
    typeUrl === baseAccountType
      ? BaseAccount.decode(value)
      : ModuleAccount.decode(value).baseAccount;
  if (base === undefined) return "base_account: expected a value, got none";
  if (addressBytes(base.address) === undefined) {
    return `address: expected bech32, got "${base.address}"`;
  }
  return undefined;
}

function accountFault(account: Account, position: bigint): string | undefined {
  const { address, accountNumber, anyPubKey, moduleName, pubKey } = account;
  // Genesis numbers accounts in file order; most files leave the number out.
  if (accountNumber !== 0n && accountNumber !== position) {
    return `account_number: expected 0 or ${position}, got ${accountNumber}`;
  }
  if (moduleName !== undefined) {
    if (moduleName === "") return "name: expected a module's name, got nothing";
    const own = moduleAddress(moduleName);
    if (address !== own) return `address: expected ${own} of module ${moduleName}, got ${address}`;
    if (anyPubKey !== undefined) return "pub_key: expected none for a module account";
  }
  if (pubKey === undefined) return undefined;
  if (pubKey.length !== 33) return `pub_key: expected 33 bytes, got ${pubKey.length}`;
  const own = pubKeyAddress(pubKey);
  return own === address
    ? undefined
    : `pub_key: expected the key of ${address}, got that of ${own}`;
}

function validate(genesis: GenesisState): Fault[] {
  const faults = paramFaults(genesis.params);
  const seen = new Set<string>();
  for (const [i, any] of genesis.accounts.entries()) {
    const fail = (text: string): void => void faults.push({ pointer: `/accounts/${i}`, text });
    const form = formFault(any);
    if (form !== undefined) {
      fail(form);
      continue;
    }
    const account = accountOfAny(any);
    const fault = accountFault(account, BigInt(i));
    if (fault !== undefined) fail(fault);
    if (seen.has(account.address)) fail(`address: expected it once, got ${account.address} again`);
    seen.add(account.address);
  }
  return faults;
}

export const genesis = defineGenesis<GenesisState>({
  codec: GenesisState,
  message: "cosmos.auth.v1beta1.GenesisState",
  validate,
  init(ctx: Ctx, genesis) {
    params.set(ctx, genesis.params);
    // Written even when there is no account: the number that comes next is part of the state.
    nextAccountNumber.set(ctx, 0n);
    for (const any of genesis.accounts) importAccount(ctx, accountOfAny(any));
  },
  export(ctx: ReadCtx) {
    const list: Any[] = [];
    for (const address of addressByNumber.values(ctx)) {
      const account = accounts.get(ctx, address);
      if (account !== undefined) list.push(anyOfAccount(account));
    }
    return { params: params.get(ctx), accounts: list };
  },
});
