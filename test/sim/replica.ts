import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  RequestFinalizeBlock,
  RequestInitChain,
  ResponseFinalizeBlock,
  ResponseInitChain,
} from "cosmjs-types/tendermint/abci/types";
import type { AbciHandlers } from "../../app/abci/handlers.ts";
import { createHandlers } from "../../app/app.ts";
import { appCrypto } from "../../app/appCrypto.ts";
import { ChainState, type ChainDb } from "../../app/appState.ts";
import { treeHasher } from "../../app/crypto/treeHasher.ts";
import { openDb, type Db } from "../../app/db/index.ts";
import { Multistore } from "../../core/store/multistore.ts";
import { memoryDb } from "../support/chainDb.ts";
import { testRegistry } from "../support/driverReplica.ts";

/** How a replica differs from the others; what it answers must not. */
export type Habits = {
  readonly name: string;
  readonly disk?: boolean;
  /** It sees the mempool's transactions before their block. */
  readonly checks?: boolean;
  /** Out of a thousand heights: begins the block with empty caches. */
  readonly restarts?: number;
  /** Out of a thousand heights: dies between FinalizeBlock and Commit and finalizes again. */
  readonly crashes?: number;
  /** Out of a thousand heights: is thrown away and filled from another replica's state. */
  readonly rejoins?: number;
  /** Out of a thousand heights: falls behind, and catches up some heights later. */
  readonly stalls?: number;
  /** Out of a thousand heights: is asked a lot. */
  readonly queries?: number;
  /** It looks at proposals; one that does not is like a node that only syncs blocks. */
  readonly votes?: boolean;
};

export type Missed = {
  readonly request: RequestFinalizeBlock;
  readonly answer: ResponseFinalizeBlock;
};

/** One app as a node runs it, without a socket. */
export class SimReplica {
  readonly habits: Habits;
  readonly #chainId: string;
  readonly #folder: string | undefined;
  #db: ChainDb;
  #disk: Db | undefined;
  state: ChainState;
  app: AbciHandlers;
  /** Blocks that it has not seen yet, and what the others said to them. */
  backlog: Missed[] = [];
  #secret: Uint8Array | undefined;

  constructor(chainId: string, habits: Habits) {
    this.habits = habits;
    this.#chainId = chainId;
    if (habits.disk === true) this.#folder = mkdtempSync(join(tmpdir(), "assay-sim-"));
    this.#db = this.#open();
    this.state = this.#newState();
    this.app = createHandlers(this.state);
  }

  initChain(request: RequestInitChain): ResponseInitChain {
    return this.app.initChain(request);
  }

  proposeAs(secret: Uint8Array | undefined): void {
    this.#secret = secret;
  }

  /** A process that ended and began again: what was not committed and every cache is gone. */
  async restart(): Promise<void> {
    if (this.#disk !== undefined) {
      await this.#disk.close();
      this.#db = this.#open();
    }
    this.#renew();
  }

  /** A node that joins with the state of another one's last commit. */
  joinFrom(other: SimReplica): void {
    const { multistore, lastHeight, timeMs, meta } = other.#db;
    const own = this.#newStore();
    own.restore(lastHeight, (store) => multistore.exportStore(store, lastHeight));
    this.#db = memoryDb(own.storeNames, own, { height: lastHeight, timeMs, meta });
    this.#renew();
  }

  /** Writes its own snapshot of the state; the next restart begins from it. */
  async takeSnapshot(): Promise<void> {
    await this.#disk?.takeSnapshot();
  }

  async stop(): Promise<void> {
    await this.#disk?.close();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #renew(): void {
    this.state = this.#newState();
    this.app = createHandlers(this.state);
  }

  #open(): ChainDb {
    const { stores } = testRegistry();
    if (this.#folder === undefined) return memoryDb(stores, this.#newStore());
    this.#disk = openDb(this.#folder, { chainId: this.#chainId, stores, snapshotEvery: 0n });
    return this.#disk;
  }

  /** The two hashers of the code: they must not differ either. */
  #newStore(): Multistore {
    const { stores } = testRegistry();
    return new Multistore(
      this.habits.rejoins === undefined ? { stores, hasher: treeHasher() } : { stores },
    );
  }

  #newState(): ChainState {
    const secret = (): Uint8Array | undefined => this.#secret;
    const config = {
      ...{ chainId: this.#chainId, version: "sim", minGasPrices: [], minRetainBlocks: 0n },
      ...{ queryGasLimit: 10_000_000n, haltHeight: 0n },
      get beaconSecret() {
        return secret();
      },
    };
    return new ChainState(config, testRegistry(), this.#db, appCrypto());
  }
}
