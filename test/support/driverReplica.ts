import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AbciHandlers } from "../../app/abci/handlers.ts";
import { createHandlers } from "../../app/app.ts";
import { defaultQueryGasLimit } from "../../app/appConfig.ts";
import { appCrypto } from "../../app/appCrypto.ts";
import { loadDescriptors } from "../../app/appDescriptors.ts";
import { buildRegistry, type Registry } from "../../app/appRegistry.ts";
import { ChainState } from "../../app/appState.ts";
import { openDb, type Db } from "../../app/db/index.ts";
import { modules } from "../../app/modules.ts";
import type { MinGasPrice } from "../../app/tx/fee.ts";
import type { MempoolLimits } from "../../app/tx/mempool.ts";
import type { ConsensusParams } from "../../proto/cosmos.ts";
import { memoryDb } from "./chainDb.ts";

let built: Registry | undefined;

/** The routes of the chain; the same for every replica of a process. */
export function testRegistry(): Registry {
  built ??= buildRegistry(modules, loadDescriptors());
  return built;
}

export type ReplicaOptions = {
  readonly chainId: string;
  readonly storage: "memory" | "disk";
  readonly minGasPrices: readonly MinGasPrice[];
  readonly minRetainBlocks?: bigint;
  readonly mempool?: MempoolLimits;
  /** Of genesis, for a replica that joins by a snapshot. */
  readonly params?: ConsensusParams;
  /** Of a disk replica, instead of a new one. */
  readonly folder?: string;
};

/** One app, as a node runs it but without a socket. Its beacon secret is that of the proposer who asks. */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #folder: string | undefined;
  #db: Db | undefined;
  #state: ChainState;
  #handlers: AbciHandlers;
  readonly #secret: { value: Uint8Array | undefined } = { value: undefined };

  constructor(options: ReplicaOptions) {
    this.#options = options;
    if (options.storage === "disk")
      this.#folder = options.folder ?? mkdtempSync(join(tmpdir(), "assay-chain-"));
    this.#state = this.#open();
    this.#handlers = createHandlers(this.#state);
  }

  get state(): ChainState {
    return this.#state;
  }

  get app(): AbciHandlers {
    return this.#handlers;
  }

  get db(): Db {
    if (this.#db === undefined) throw new Error('db: expected storage "disk"');
    return this.#db;
  }

  get folder(): string {
    return this.#folder ?? "";
  }

  /** Whose beacon key the next proposal is signed with. */
  proposeAs(secret: Uint8Array | undefined): void {
    this.#secret.value = secret;
  }

  async restart(): Promise<void> {
    if (this.#db === undefined) throw new Error('restart: expected storage "disk"');
    await this.#db.close();
    this.#state = this.#open();
    this.#handlers = createHandlers(this.#state);
  }

  async stop(): Promise<void> {
    await this.#db?.close();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #open(): ChainState {
    const { chainId, minGasPrices, minRetainBlocks = 0n, mempool, params } = this.#options;
    const registry = testRegistry();
    const secret = this.#secret;
    const config = {
      ...{ chainId, minGasPrices, minRetainBlocks, version: "test" },
      ...{ queryGasLimit: defaultQueryGasLimit, haltHeight: 0n },
      ...(mempool && { mempool }),
      stateSync: params && { serve: true, genesisParams: params, maxBodyBytes: 1 << 30 },
      get beaconSecret() {
        return secret.value;
      },
    };
    if (this.#folder === undefined)
      return new ChainState(config, registry, memoryDb(registry.stores), appCrypto());
    const { stores } = registry;
    this.#db = openDb(this.#folder, { chainId, stores, snapshotEvery: 0n });
    return new ChainState(config, registry, this.#db, appCrypto());
  }
}
