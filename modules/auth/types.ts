import type { Address } from "../../core/brand.ts";
import { proto, type Codec } from "../../core/codec.ts";
import { address } from "../../core/crypto/address.ts";
import { sdkErrors } from "../../core/errors.ts";
import {
  Any,
  AuthGenesisState,
  AuthParams,
  BaseAccount,
  ModuleAccount,
  Secp256k1PubKey,
} from "../../proto/cosmos.ts";
import { plainAccountBytes } from "./accountBytes.ts";
import { baseAccountType, moduleAccountType, secp256k1KeyType } from "./typeUrls.ts";

export type Account = {
  readonly address: Address;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  /** 33 bytes, when the key is a secp256k1 key. */
  readonly pubKey?: Uint8Array;
  /** The key as stored, of whatever kind: a multisig too. */
  readonly anyPubKey?: Any;
  readonly moduleName?: string;
  readonly permissions?: readonly string[];
};

export function baseAccountOf(account: Account): BaseAccount {
  const { address, anyPubKey, accountNumber, sequence } = account;
  const base: BaseAccount = { address, accountNumber, sequence };
  if (anyPubKey !== undefined) base.pubKey = anyPubKey;
  return base;
}

export function anyOfAccount(account: Account): Any {
  const baseAccount = baseAccountOf(account);
  if (account.moduleName === undefined) {
    return { typeUrl: baseAccountType, value: BaseAccount.encode(baseAccount).finish() };
  }
  const permissions = [...(account.permissions ?? [])];
  const module: ModuleAccount = { baseAccount, name: account.moduleName, permissions };
  return { typeUrl: moduleAccountType, value: ModuleAccount.encode(module).finish() };
}

export function accountOfAny({ typeUrl, value }: Any): Account {
  if (typeUrl === baseAccountType) return accountOfBase(BaseAccount.decode(value));
  if (typeUrl === moduleAccountType) {
    const { baseAccount, name, permissions } = ModuleAccount.decode(value);
    if (baseAccount === undefined) {
      throw sdkErrors.unpackAny(
        "baseAccount: expected a value, got none: failed unpacking protobuf message from Any",
      );
    }
    return { ...accountOfBase(baseAccount), moduleName: name, permissions };
  }
  throw sdkErrors.unpackAny(
    `account: expected a base or module account, got ${typeUrl}: failed unpacking protobuf message from Any`,
  );
}

function accountOfBase(base: BaseAccount): Account {
  const { accountNumber, sequence, pubKey: key } = base;
  const account = { address: address(base.address), accountNumber, sequence };
  return key === undefined ? account : withPubKey(account, key);
}

export function withPubKey(account: Account, key: Any): Account {
  const keyed = { ...account, anyPubKey: key };
  if (key.typeUrl !== secp256k1KeyType) return keyed;
  return { ...keyed, pubKey: Secp256k1PubKey.decode(key.value).key };
}

/** State holds an Any of the account, as in the SDK: clients read it from proofs. */
export const Account: Codec<Account> = {
  encode: (account) => plainAccountBytes(account) ?? Any.encode(anyOfAccount(account)).finish(),
  decode: (bytes) => accountOfAny(Any.decode(bytes)),
};

export type Params = AuthParams;
export const Params = proto(AuthParams);

export type GenesisState = AuthGenesisState;
export const GenesisState = proto(AuthGenesisState);
