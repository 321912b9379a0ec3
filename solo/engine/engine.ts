import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type {
  RequestPrepareProposal,
  ResponseFinalizeBlock,
} from "cosmjs-types/tendermint/abci/types";
import { ResponseProcessProposal_ProposalStatus as Verdict } from "cosmjs-types/tendermint/abci/types";
import type { Evidence } from "cosmjs-types/tendermint/types/evidence";
import type { Commit } from "cosmjs-types/tendermint/types/types";
import { equalBytes } from "../../core/bytes.ts";
import type { App } from "../abci/app.ts";
import { makeBlock, nextHeight, type ChainStatus, type MadeBlock } from "../chain/blocks.ts";
import { validatorsHash } from "../chain/hashes.ts";
import { nanosOf, timeFromNanos } from "../chain/time.ts";
import { emptyCommit, medianTime } from "../chain/votes.ts";
import type { BlockStore } from "../store/blockStore.ts";
import { doubleSign, misbehaviorOf } from "./evidence.ts";
import { commitInfo, finalizeRequest, statusAfter } from "./execute.ts";
import { execute } from "./handshake.ts";
import { Mempool } from "./mempool.ts";
import type { Signers } from "./signers.ts";

export type EngineOptions = {
  readonly app: App;
  readonly store: BlockStore;
  readonly status: ChainStatus;
  readonly signers: Signers;
  /** Whose app this is: its blocks carry this node's beacon. */
  readonly proposer: Uint8Array;
  readonly genesisTime: ChainStatus["time"];
  readonly timeoutCommitMs: number;
  /** How far the validators' clock is ahead; kept, because time that has passed does not come back. */
  readonly clock: { readonly aheadNanos: bigint; save(aheadNanos: bigint): void };
};

export type NewBlock = { readonly made: MadeBlock; readonly result: ResponseFinalizeBlock };

type Events = {
  block: [NewBlock];
  /** A block failed half-way: what is stored is in order only after a new handshake. */
  fatal: [unknown];
};

// CometBFT's bounds of what a block holds beside its transactions.
const blockOverhead = 11n;
const largestHeader = 626n;
const commitBytes = { base: 94n, perSignature: 109n };
const largestBlock = 104_857_600n;

/**
 * Makes the blocks of a chain whose keys it has all: there is nobody to agree with. When it makes
 * one is CometBFT's rule: something waits, or the app hash changed, or it is the first.
 */
export class Engine extends EventEmitter<Events> {
  readonly mempool: Mempool;
  readonly #options: EngineOptions;
  #status: ChainStatus;
  #evidence: Evidence[] = [];
  #offsetNanos = 0n;
  /** One thing at a time: blocks and what development methods do. */
  #tail: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => undefined;

  constructor(options: EngineOptions) {
    super();
    this.#options = options;
    this.#status = options.status;
    this.mempool = new Mempool(options.app, () => this.#wake());
    this.#offsetNanos = options.clock.aheadNanos;
  }

  get status(): ChainStatus {
    return this.#status;
  }

  /** Works for good; rejects at the first fault, which the process must not survive. */
  async run(): Promise<never> {
    for (;;) {
      await this.#untilDue();
      await this.exclusive(async () => {
        if (this.#isDue()) await this.#makeBlock();
      });
      await delay(this.#options.timeoutCommitMs);
    }
  }

  /** Runs when no block is being made, and none is made meanwhile. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }

  /** Blocks now, whether anything waits or not. */
  async advance(count: number): Promise<bigint> {
    return this.exclusive(async () => {
      if (!this.#options.signers.canDecide(this.#status.validators)) {
        throw new RangeError("a block needs signatures of more than two thirds of the power");
      }
      for (let made = 0; made < count; made++) await this.#makeBlock();
      this.#wake();
      return this.#status.height;
    });
  }

  /** The clock of the validators goes ahead; they sign the last block anew, so that the next one has the new time. */
  async advanceTime(nanos: bigint): Promise<ChainStatus["time"]> {
    return this.exclusive(async () => {
      this.#offsetNanos += nanos;
      this.#options.clock.save(this.#offsetNanos);
      const now = this.#now();
      const { height, blockId, lastValidators } = this.#status;
      if (height > 0n) {
        const { signers, store } = this.#options;
        store.saveCommit(signers.commit(lastValidators, height, blockId, now));
      }
      return Promise.resolve(now);
    });
  }

  setSigning(address: Uint8Array, signs: boolean): void {
    this.#options.signers.setSigning(address, signs);
    this.#wake();
  }

  /** The next block brings the proof that a validator signed twice. */
  async addDoubleSign(address: Uint8Array): Promise<void> {
    await this.exclusive(async () => {
      const key = this.#options.signers.key(address);
      const isMember = this.#status.lastValidators.some((one) => equalBytes(one.address, address));
      if (key === undefined || !isMember) {
        throw new RangeError("private key address: expected a validator of the last block");
      }
      this.#evidence.push(doubleSign(this.#status, key));
      return Promise.resolve();
    });
    this.#wake();
  }

  async #untilDue(): Promise<void> {
    while (!this.#isDue()) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #isDue(): boolean {
    if (!this.#options.signers.canDecide(this.#status.validators)) return false;
    if (this.mempool.size > 0 || this.#evidence.length > 0) return true;
    const { height, appHash } = this.#status;
    const last = this.#options.store.block(height);
    return last === undefined || !equalBytes(last.header.appHash, appHash);
  }

  async #makeBlock(): Promise<void> {
    try {
      this.emit("block", await this.#nextBlock());
    } catch (error) {
      this.emit("fatal", error);
      throw error;
    }
  }

  async #nextBlock(): Promise<NewBlock> {
    const status = this.#status;
    const { app, store, signers, proposer } = this.#options;
    const evidence = this.#evidence;
    const { lastCommit, time } = this.#previous();
    const proposal = await this.#propose(evidence, lastCommit, time);
    const made = makeBlock(status, { txs: proposal, evidence, lastCommit, time, proposer });
    await this.#requireAccepted(made);
    const { height } = made.header;
    store.saveBlock(
      made,
      signers.commit(status.validators, height, made.blockId, this.#voteTime(time)),
    );
    const result = await this.mempool.locked(async () => {
      const done = await execute(app, store, status, made);
      this.#status = statusAfter(status, made, done);
      const codes = done.txResults.map(({ code }) => code);
      await this.mempool.update(made.block.data.txs, codes);
      store.saveStatus(this.#status);
      return done;
    });
    this.#evidence = this.#evidence.filter((one) => !evidence.includes(one));
    return { made, result };
  }

  /** The commit of the last block, and the time that it gives to the next one. */
  #previous(): { lastCommit: Commit; time: ChainStatus["time"] } {
    const { height, lastValidators } = this.#status;
    if (height === 0n) return { lastCommit: emptyCommit, time: this.#options.genesisTime };
    const lastCommit = this.#options.store.commit(height);
    if (lastCommit === undefined) throw new Error(`block store: expected a commit of ${height}`);
    return { lastCommit, time: medianTime(lastCommit, lastValidators) };
  }

  async #propose(
    evidence: readonly Evidence[],
    lastCommit: Commit,
    time: ChainStatus["time"],
  ): Promise<Uint8Array[]> {
    const status = this.#status;
    const maxTxBytes = this.#roomForTxs(evidence.length);
    const { votes, round } = commitInfo(lastCommit, status.lastValidators);
    const none = new Uint8Array();
    const request: RequestPrepareProposal = {
      maxTxBytes,
      txs: this.mempool.reap(maxTxBytes, status.params.block?.maxGas ?? -1n),
      localLastCommit: {
        round,
        votes: votes.map((vote) => ({ ...vote, voteExtension: none, extensionSignature: none })),
      },
      misbehavior: misbehaviorOf(evidence),
      height: nextHeight(status),
      time,
      nextValidatorsHash: validatorsHash(status.nextValidators),
      proposerAddress: this.#options.proposer,
    };
    return (await this.#options.app.consensus.call("prepareProposal", request)).txs;
  }

  /** Evidence takes at most what one double vote with its two block ids can take. */
  #roomForTxs(evidence: number): bigint {
    const given = this.#status.params.block?.maxBytes ?? -1n;
    const signatures = BigInt(this.#status.lastValidators.length);
    const commit = commitBytes.base + commitBytes.perSignature * signatures;
    const whole = given === -1n ? largestBlock : given;
    return whole - blockOverhead - largestHeader - commit - 1_000n * BigInt(evidence);
  }

  async #requireAccepted(made: MadeBlock): Promise<void> {
    const { decidedLastCommit, ...rest } = finalizeRequest(this.#status, made);
    const request = { ...rest, proposedLastCommit: decidedLastCommit };
    const { status } = await this.#options.app.consensus.call("processProposal", request);
    if (status === Verdict.ACCEPT) return;
    throw new Error(`proposal of height ${made.header.height}: expected ACCEPT, got ${status}`);
  }

  #now(): ChainStatus["time"] {
    return timeFromNanos(BigInt(Date.now()) * 1_000_000n + this.#offsetNanos);
  }

  /** A vote is never older than the block that it is for. */
  #voteTime(blockTime: ChainStatus["time"]): ChainStatus["time"] {
    const [now, least] = [nanosOf(this.#now()), nanosOf(blockTime) + 1_000_000n];
    return timeFromNanos(now > least ? now : least);
  }
}
