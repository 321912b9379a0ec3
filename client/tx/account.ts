import { BaseAccount, ModuleAccount } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import { QueryAccountRequest, QueryAccountResponse } from "cosmjs-types/cosmos/auth/v1beta1/query";
import { decodedOf } from "../rpc/answer.ts";
import { QueryError } from "../rpc/errors.ts";
import { abciQuery } from "../rpc/query.ts";
import type { Rpc } from "../rpc/rpc.ts";

export type AccountInfo = { readonly accountNumber: bigint; readonly sequence: bigint };

/** undefined for an address that never received anything. */
export async function findAccount(rpc: Rpc, address: string): Promise<AccountInfo | undefined> {
  const data = QueryAccountRequest.encode({ address }).finish();
  try {
    const { value } = await abciQuery(rpc, "/cosmos.auth.v1beta1.Query/Account", data);
    const base = decodedOf("account", value, baseAccount);
    return base === undefined
      ? undefined
      : { accountNumber: base.accountNumber, sequence: base.sequence };
  } catch (error) {
    if (error instanceof QueryError && error.notFound) return undefined;
    throw error;
  }
}

function baseAccount(value: Uint8Array): BaseAccount | undefined {
  const { account } = QueryAccountResponse.decode(value);
  if (account === undefined) return undefined;
  return account.typeUrl === "/cosmos.auth.v1beta1.ModuleAccount"
    ? ModuleAccount.decode(account.value).baseAccount
    : BaseAccount.decode(account.value);
}
