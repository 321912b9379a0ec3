import type { ConsAddress, Hash, Height } from "../core/brand.ts";
import { CoinLedger } from "../core/coins.ts";
import type { BlockInfo, Crypto, Ctx, ReadCtx } from "../core/context.ts";
import { FatalError } from "../core/errors.ts";
import { EventLog } from "../core/events.ts";
import { GasMeter } from "../core/gas.ts";
import type { Lane } from "../core/module.ts";
import { branch, type Branch } from "../core/store/branch.ts";
import type { ReadStore, WriteStore } from "../core/store/kv.ts";
import { moduleAddress } from "../core/crypto/address.ts";
import { sha256 } from "../core/crypto/sha256.ts";
import { ConsensusParams } from "../proto/cosmos.ts";
import type { NodeConfig } from "./appConfig.ts";
import { limitsOf, type BlockLimits } from "./appLimits.ts";
import type { Registry } from "./appRegistry.ts";
import type { Db } from "./db/index.ts";
import type { AnteEnv, AnteMode } from "./tx/ante.ts";
import type { VerifyBatch } from "./tx/preverify.ts";
import { leastCachedTxs, TxCache } from "./tx/cache.ts";
import { MempoolQuota } from "./tx/mempool.ts";
import { Acceptances, type CheckState } from "./tx/check.ts";
import { Waiting } from "./tx/waiting.ts";

/** What the app needs of a db; a test may hand in one that keeps nothing. */
export type ChainDb = Pick<
  Db,
  "multistore" | "lastHeight" | "appHash" | "timeMs" | "meta" | "commit"
> &
  Partial<Pick<Db, "snapshots" | "isRestorable" | "receive" | "restore">>;

/** InitChain's state: nothing of it is kept until the first block is committed (WIRE.md 3). */
export type Genesis = {
  readonly store: Branch;
  readonly initialHeight: bigint;
  readonly timeMs: bigint;
  readonly params: ConsensusParams;
};

/** A block that FinalizeBlock worked out and Commit will keep. */
export type Finalized = {
  readonly height: bigint;
  readonly timeMs: bigint;
  readonly txs: readonly Uint8Array[];
};

export const emptyHash = sha256(new Uint8Array());
const noProposer = new Uint8Array(20) as ConsAddress;
const keptTimes = 1000;

/** One node's chain: the committed state, what lies above it, and the ways to make a context. */
export class ChainState {
  readonly config: NodeConfig;
  readonly registry: Registry;
  readonly db: ChainDb;
  readonly txs: TxCache;
  readonly crypto: Crypto;
  /** undefined: whatever comes may wait. */
  readonly quota: MempoolQuota | undefined;
  /** Lines for the operator, taken by whoever logs. */
  readonly alarms: string[] = [];
  /** Transactions by lane as this node saw them at its last proposal. */
  readonly offered = new Map<Lane, number>();
  readonly feeCollector = moduleAddress("fee_collector");
  readonly #times = new Map<bigint, bigint>();
  finalized: Finalized | undefined;
  #genesis: Genesis | undefined;
  #params: ConsensusParams | undefined;
  #limits: BlockLimits | undefined;
  #check: CheckState | undefined;
  readonly #acceptances = new Acceptances();

  /** Verifies many signatures at once; undefined: one by one, where they are needed. */
  readonly verifyBatch: VerifyBatch | undefined;

  constructor(
    config: NodeConfig,
    registry: Registry,
    db: ChainDb,
    crypto: Crypto,
    verifyBatch?: VerifyBatch,
  ) {
    this.config = config;
    this.registry = registry;
    this.db = db;
    this.crypto = crypto;
    this.verifyBatch = verifyBatch;
    this.quota = config.mempool === undefined ? undefined : new MempoolQuota(config.mempool);
    this.txs = new TxCache(
      registry,
      Math.max(leastCachedTxs, 2 * Number(config.mempool?.txs ?? 0n)),
    );
    if (db.lastHeight > 0n) this.#params = ConsensusParams.decode(db.meta);
  }

  /** The db holds another state now: everything that was worked out of the one before goes. */
  restored(): void {
    this.#genesis = undefined;
    this.#params = ConsensusParams.decode(this.db.meta);
    this.#limits = undefined;
    this.#check = undefined;
    this.finalized = undefined;
    this.#times.clear();
  }

  /** InitChain's state; a second InitChain before the first commit replaces it. */
  startFrom(genesis: Genesis): void {
    this.#genesis = genesis;
    this.#params = genesis.params;
    this.#limits = undefined;
    this.#check = undefined;
  }

  get height(): bigint {
    return this.db.lastHeight;
  }

  /** The height of the next block. */
  get nextHeight(): bigint {
    return this.height === 0n ? (this.#genesis?.initialHeight ?? 1n) : this.height + 1n;
  }

  /** The app hash after the last commit as CometBFT knows it. */
  get appHash(): Uint8Array {
    return this.height === 0n ? emptyHash : this.db.appHash;
  }

  /** Kept beside each commit; they do not change in this version of the protocol. */
  get params(): ConsensusParams {
    if (this.#params === undefined) throw new FatalError("state: expected InitChain first");
    return this.#params;
  }

  get limits(): BlockLimits {
    this.#limits ??= limitsOf(this.params);
    return this.#limits;
  }

  /** The last committed state, or that of InitChain before the first commit. */
  get base(): ReadStore {
    return this.height === 0n && this.#genesis !== undefined
      ? this.#genesis.store
      : this.db.multistore.view();
  }

  /** A branch for the next block; at the first one it holds the writes of genesis as its own. */
  blockBranch(): Branch {
    const store = branch(this.db.multistore.view());
    if (this.height > 0n || this.#genesis === undefined) return store;
    for (const { store: name, changes } of this.#genesis.store.dirty()) {
      for (const { key, value } of changes) if (value !== undefined) store.set(name, key, value);
    }
    return store;
  }

  /** The last committed block, as CheckTx and queries see it. */
  get lastBlock(): BlockInfo {
    const timeMs = this.height === 0n ? (this.#genesis?.timeMs ?? 0n) : this.db.timeMs;
    return this.blockAt(this.height, timeMs, noProposer);
  }

  blockAt(height: bigint, timeMs: bigint, proposer: Uint8Array): BlockInfo {
    return {
      height: height as Height,
      timeMs,
      chainId: this.config.chainId,
      proposer: proposer as ConsAddress,
      lastAppHash: this.appHash as Hash,
    };
  }

  /** Known for the heights committed since the start; else the last block's. */
  timeOf(height: bigint): bigint {
    return this.#times.get(height) ?? this.db.timeMs;
  }

  /** The state of all transactions that wait; made anew after each Commit. */
  get check(): CheckState {
    this.#check ??= {
      ctx: this.ctx(branch(this.base), this.lastBlock),
      waiting: new Waiting(),
      acceptances: this.#acceptances,
      check: this.anteEnv("check"),
      recheck: this.anteEnv("recheck"),
    };
    return this.#check;
  }

  anteEnv(mode: AnteMode): AnteEnv {
    const { feeCollector, config, limits } = this;
    const minGasPrices = mode === "deliver" || mode === "simulate" ? [] : config.minGasPrices;
    return { mode, feeCollector, minGasPrices, maxGas: limits.maxGas };
  }

  committed(block: Finalized): void {
    this.quota?.restart();
    this.txs.forget(block.txs);
    this.#check = undefined;
    this.#genesis = undefined;
    this.finalized = undefined;
    this.#times.set(block.height, block.timeMs);
    if (this.#times.size > keptTimes) this.#times.delete(block.height - BigInt(keptTimes));
  }

  readCtx(store: ReadStore, block: BlockInfo, gas = new GasMeter()): ReadCtx {
    return { store, block, gas, crypto: this.crypto };
  }

  ctx(store: WriteStore, block: BlockInfo): Ctx {
    return {
      ...{ store, block, crypto: this.crypto, hooks: this.registry.hooks },
      ...{ gas: new GasMeter(), events: new EventLog(), coins: new CoinLedger() },
      alarms: this.alarms,
    };
  }
}
