import type { Address } from "../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { moduleAddress } from "../../core/crypto/address.ts";
import { BugError, sdkErrors } from "../../core/errors.ts";
import { Secp256k1PubKey, type Any } from "../../proto/cosmos.ts";
import { accounts, addressByNumber, moduleNames, nextAccountNumber } from "./state.ts";
import { secp256k1KeyType } from "./typeUrls.ts";
import { withPubKey, type Account } from "./types.ts";

export function getAccount(ctx: ReadCtx, address: Address): Account | undefined {
  return accounts.get(ctx, address);
}

export function requireAccount(ctx: ReadCtx, address: Address): Account {
  const account = accounts.get(ctx, address);
  if (account === undefined) {
    throw sdkErrors.unknownAddress(`account ${address} does not exist: unknown address`);
  }
  return account;
}

/** The account, created with the next number if there is none. */
export function ensureAccount(ctx: Ctx, address: Address): Account {
  return accounts.get(ctx, address) ?? create(ctx, { address });
}

function create(ctx: Ctx, fields: Omit<Account, "accountNumber" | "sequence">): Account {
  const account = { ...fields, accountNumber: nextAccountNumber.next(ctx), sequence: 0n };
  store(ctx, account);
  addressByNumber.set(ctx, account.accountNumber, account.address);
  return account;
}

function store(ctx: Ctx, account: Account): void {
  accounts.set(ctx, account.address, account);
  if (account.moduleName !== undefined) moduleNames.add(ctx, account.moduleName);
}

/** An account of genesis: as it is there, under the next number. */
export function importAccount(ctx: Ctx, account: Account): void {
  const accountNumber = nextAccountNumber.next(ctx);
  store(ctx, { ...account, accountNumber });
  addressByNumber.set(ctx, accountNumber, account.address);
}

/**
 * Nobody holds a key of a module account. Somebody may have paid to the address before the module existed: the
 * account then becomes the module's and keeps its number.
 */
export function ensureModuleAccount(
  ctx: Ctx,
  name: string,
  permissions: readonly string[] = [],
): Account {
  const address = moduleAddress(name);
  const found = accounts.get(ctx, address);
  if (found === undefined) return create(ctx, { address, moduleName: name, permissions });
  if (found.moduleName !== undefined) return found;
  const account = { ...found, moduleName: name, permissions };
  store(ctx, account);
  return account;
}

export function isModuleAddress(ctx: ReadCtx, address: Address): boolean {
  return accounts.get(ctx, address)?.moduleName !== undefined;
}

/** The 33 bytes of a secp256k1 key, or any other kind of key as an Any. */
export function setPubKey(ctx: Ctx, address: Address, key: Uint8Array | Any): Account {
  const account = withPubKey(requireAccount(ctx, address), anyOfKey(key));
  accounts.set(ctx, address, account);
  return account;
}

function anyOfKey(key: Uint8Array | Any): Any {
  if (!(key instanceof Uint8Array)) return key;
  return { typeUrl: secp256k1KeyType, value: Secp256k1PubKey.encode({ key }).finish() };
}

export function bumpSequence(ctx: Ctx, address: Address): Account {
  const found = accounts.get(ctx, address);
  if (found === undefined)
    throw new BugError(`sequence: expected an account at ${address}, got none`);
  const account = { ...found, sequence: found.sequence + 1n };
  accounts.set(ctx, address, account);
  return account;
}
