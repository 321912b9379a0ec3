import {
  QueryAccountsRequest,
  QueryAccountsResponse,
} from "cosmjs-types/cosmos/auth/v1beta1/query";
import { BaseAccount, ModuleAccount } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import {
  QuerySupplyOfRequest,
  QuerySupplyOfResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/query";
import { abciQuery, type AssayClient } from "../../client/index.ts";
import type { Task } from "../../proto/gen/assay/tasks/v1/tasks.ts";

export async function balanceOf(client: AssayClient, address: string): Promise<bigint> {
  const coins = await client.balances(address);
  return BigInt(coins.find(({ denom }) => denom === "uassay")?.amount ?? "0");
}

export async function supplyOf(client: AssayClient): Promise<bigint> {
  const request = QuerySupplyOfRequest.encode({ denom: "uassay" }).finish();
  const { value } = await abciQuery(client.rpc, "/cosmos.bank.v1beta1.Query/SupplyOf", request);
  return BigInt(QuerySupplyOfResponse.decode(value).amount?.amount ?? "0");
}

/** What all accounts of the chain hold together, modules included: the supply, counted by hand. */
export async function sumOfBalances(client: AssayClient): Promise<bigint> {
  let sum = 0n;
  for (const address of await accountsOf(client)) sum += await balanceOf(client, address);
  return sum;
}

async function accountsOf(client: AssayClient): Promise<string[]> {
  const request = QueryAccountsRequest.fromPartial({ pagination: { limit: 1000n } });
  const data = QueryAccountsRequest.encode(request).finish();
  const { value } = await abciQuery(client.rpc, "/cosmos.auth.v1beta1.Query/Accounts", data);
  const { accounts } = QueryAccountsResponse.decode(value);
  return accounts.map(({ typeUrl, value: bytes }) =>
    typeUrl.endsWith(".ModuleAccount")
      ? (ModuleAccount.decode(bytes).baseAccount?.address ?? "")
      : BaseAccount.decode(bytes).address,
  );
}

/** What account 0, requester and author in one, must have less after a task: the rest comes back to it. */
export function costOf(task: Task, fee: bigint): bigint {
  const { refunded = "0", author = "0" } = task.settlement ?? {};
  return BigInt(task.escrow?.total ?? "0") - BigInt(refunded) - BigInt(author) + fee;
}

export function burnedBy(tasks: readonly Task[]): bigint {
  return tasks.reduce((sum, task) => sum + BigInt(task.settlement?.burned ?? "0"), 0n);
}
