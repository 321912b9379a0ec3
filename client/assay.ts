import type { EncodeObject, OfflineDirectSigner } from "@cosmjs/proto-signing";
import {
  QueryAllBalancesRequest,
  QueryAllBalancesResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/query";
import { type Grant } from "cosmjs-types/cosmos/feegrant/v1beta1/feegrant";
import {
  QueryAllowanceRequest,
  QueryAllowanceResponse,
} from "cosmjs-types/cosmos/feegrant/v1beta1/query";
import { beaconQueries } from "./modules/beacon/queries.ts";
import { clockQueries } from "./modules/clock/queries.ts";
import { registryQueries } from "./modules/registry/queries.ts";
import { reputationQueries } from "./modules/reputation/queries.ts";
import { stakingQueries } from "./modules/staking/queries.ts";
import { tasksQueries } from "./modules/tasks/queries.ts";
import { decodedOf, fieldsOf, heightOf, textOf } from "./rpc/answer.ts";
import { QueryError } from "./rpc/errors.ts";
import { abciQuery, protobufRpc } from "./rpc/query.ts";
import { connectRpc, type Rpc } from "./rpc/rpc.ts";
import { runTask, type TaskInput, type TaskRun, type TaskRunOptions } from "./run.ts";
import { TxRefused } from "./tx/errors.ts";
import type { TxOutcome } from "./tx/outcome.ts";
import { TxSender, type GasPrice, type SendOptions } from "./tx/sender.ts";

export type ConnectOptions = {
  /** Without it the client only reads. */
  readonly signer?: OfflineDirectSigner;
  /** Which account of the signer (default: its first). */
  readonly address?: string;
  /** Default: 0.025 of the staking denom. */
  readonly gasPrice?: GasPrice;
  /** Whose coins pay the fees, under an allowance that the signer was granted. */
  readonly feeGranter?: string;
  readonly signal?: AbortSignal;
};

const defaultGasPrice = 0.025;

/** A connection to the network: typed reads, ordered writes, tasks as promises. */
export class AssayClient {
  readonly rpc: Rpc;
  readonly chainId: string;
  readonly registry: ReturnType<typeof registryQueries>;
  readonly staking: ReturnType<typeof stakingQueries>;
  readonly tasks: ReturnType<typeof tasksQueries>;
  readonly reputation: ReturnType<typeof reputationQueries>;
  readonly beacon: ReturnType<typeof beaconQueries>;
  readonly clock: ReturnType<typeof clockQueries>;
  readonly #sender: TxSender | undefined;

  private constructor(rpc: Rpc, chainId: string, sender: TxSender | undefined) {
    const queries = protobufRpc(rpc);
    this.rpc = rpc;
    this.chainId = chainId;
    this.registry = registryQueries(queries);
    this.staking = stakingQueries(queries);
    this.tasks = tasksQueries(queries);
    this.reputation = reputationQueries(queries);
    this.beacon = beaconQueries(queries);
    this.clock = clockQueries(queries);
    this.#sender = sender;
  }

  /**
   * Connects to the first endpoint that answers; the others stand by. Throws RpcUnavailable when none does.
   *
   * @param endpoints RPC URLs, as a list or separated by commas
   */
  static async connect(
    endpoints: string | readonly string[],
    options: ConnectOptions = {},
  ): Promise<AssayClient> {
    const rpc = connectRpc(
      endpoints,
      options.signal === undefined ? {} : { signal: options.signal },
    );
    const status = fieldsOf(await rpc.call("status"), "result");
    const chainId = textOf(fieldsOf(status["node_info"], "node_info")["network"], "network");
    if (options.signer === undefined) return new AssayClient(rpc, chainId, undefined);
    const address = options.address ?? (await options.signer.getAccounts())[0]?.address;
    if (address === undefined) throw new TxRefused("client", 9, "the signer holds no account");
    const gasPrice = options.gasPrice ?? { amount: defaultGasPrice, denom: await stakeDenom(rpc) };
    const { signer, feeGranter } = options;
    const sender = new TxSender({
      ...{ rpc, signer, address, chainId, gasPrice },
      ...(feeGranter === undefined ? {} : { feeGranter }),
    });
    return new AssayClient(rpc, chainId, sender);
  }

  /** Address that signs; undefined for a client that only reads. */
  get address(): string | undefined {
    return this.#sender?.address;
  }

  /** The ordered queue of this client's key; throws for a client without a signer. */
  get sender(): TxSender {
    if (this.#sender === undefined)
      throw new TxRefused("client", 9, "connect with a signer to send transactions");
    return this.#sender;
  }

  /** Sends messages in one transaction and waits for its block. */
  send(
    messages: readonly EncodeObject[],
    options: SendOptions = {},
  ): Promise<TxOutcome & { fee: bigint }> {
    return this.sender.send(messages, options);
  }

  /** All balances of an address. */
  async balances(address: string): Promise<{ denom: string; amount: string }[]> {
    const data = QueryAllBalancesRequest.encode(
      QueryAllBalancesRequest.fromPartial({ address }),
    ).finish();
    const { value } = await abciQuery(this.rpc, "/cosmos.bank.v1beta1.Query/AllBalances", data);
    return decodedOf("balances", value, (bytes) => QueryAllBalancesResponse.decode(bytes).balances);
  }

  /** Under what the grantee's fees are paid by the granter; undefined where nothing was granted. */
  async feeGrant(granter: string, grantee: string): Promise<Grant | undefined> {
    const data = QueryAllowanceRequest.encode({ granter, grantee }).finish();
    try {
      const path = "/cosmos.feegrant.v1beta1.Query/Allowance";
      const { value } = await abciQuery(this.rpc, path, data);
      return QueryAllowanceResponse.decode(value).allowance;
    } catch (error) {
      if (error instanceof QueryError && error.message.includes("fee-grant not found"))
        return undefined;
      throw error;
    }
  }

  /** Height of the newest block. */
  async height(): Promise<bigint> {
    const status = fieldsOf(await this.rpc.call("status"), "result");
    const sync = fieldsOf(status["sync_info"], "sync_info");
    return heightOf(sync["latest_block_height"], "latest_block_height");
  }

  /**
   * Requests a task and awaits its checked result. The run is a promise and an event source: `requested`, `assigned`,
   * `committed`, `revealed`, `valid`, `final`.
   *
   * @param service "echo-demo", or "echo-demo@1.0.0", or "echo-demo@1" for the newest 1.x
   */
  run(service: string, taskKey: string, input: TaskInput, options: TaskRunOptions = {}): TaskRun {
    return runTask(this, service, taskKey, input, options);
  }
}

async function stakeDenom(rpc: Rpc): Promise<string> {
  const { params } = await stakingQueries(protobufRpc(rpc)).params();
  return params?.denom ?? "uassay";
}
