import assert from "node:assert/strict";
import type { ResponseFinalizeBlock } from "cosmjs-types/tendermint/abci/types";
import {
  Misbehavior,
  RequestFinalizeBlock,
  RequestInitChain,
} from "cosmjs-types/tendermint/abci/types";
import { contributionTx } from "../../app/proposal/contribution.ts";
import { blsSign } from "../../app/crypto/bls.ts";
import { equalBytes, toHex } from "../../core/bytes.ts";
import type { ReadCtx } from "../../core/context.ts";
import { FatalError } from "../../core/errors.ts";
import * as beacon from "../../modules/beacon/index.ts";
import * as clock from "../../modules/clock/index.ts";
import { ConsensusParams } from "../../proto/cosmos.ts";
import { testPower } from "../support/chainGenesis.ts";
import { testProposer, type TestProposer } from "../support/keys.ts";
import { answerHash, differenceOf, genesisHash } from "./answers.ts";
import type { Luck } from "./luck.ts";
import type { Recorder } from "./recording.ts";
import { SimReplica, type Habits } from "./replica.ts";
import { stormOf } from "./queries.ts";
import type { Tallies } from "./tallies.ts";

/** Replicas of one block that do not say the same: what the simulation looks for. */
export class Divergence extends Error {}

export type Decided = {
  readonly height: bigint;
  readonly timeMs: bigint;
  readonly txs: readonly Uint8Array[];
  readonly answer: ResponseFinalizeBlock;
  readonly hashBefore: Uint8Array;
  readonly openBefore: boolean;
  readonly proposer: number;
  /** The stores that the block changed. */
  readonly changed: readonly string[];
};

type Round = { readonly height: bigint; readonly timeMs: bigint; readonly proposer: number };

export type NetworkOptions = {
  readonly chainId: string;
  readonly appState: object;
  readonly genesisMs: bigint;
  readonly proposers: number;
  readonly maxGas: bigint;
  readonly maxBytes: bigint;
  readonly habits: readonly Habits[];
  readonly record?: Recorder["record"];
};

const zeros = new Uint8Array(32);

function timestamp(ms: bigint): { seconds: bigint; nanos: number } {
  return { seconds: ms / 1000n, nanos: Number(ms % 1000n) * 1_000_000 };
}

/** Plays CometBFT to replicas that differ in everything but the blocks. */
export class SimNetwork {
  readonly chainId: string;
  readonly replicas: readonly SimReplica[];
  readonly proposers: readonly TestProposer[];
  readonly tallies: Tallies;
  readonly #luck: Luck;
  readonly #options: NetworkOptions;
  /** What the first replica said to InitChain. */
  #genesis: Uint8Array | undefined;
  height = 0n;
  timeMs: bigint;
  appHash: Uint8Array = new Uint8Array();
  /** Transactions that passed CheckTx and wait, in the order in which they came. */
  mempool: Uint8Array[] = [];
  /** Off while the network heals: no fault is added. */
  hostile = true;
  /** The only proposers that are heard for some heights. */
  #heard: { readonly proposers: readonly number[]; readonly until: bigint } | undefined;

  constructor(options: NetworkOptions, luck: Luck, tallies: Tallies) {
    this.#options = options;
    this.#luck = luck;
    this.tallies = tallies;
    this.chainId = options.chainId;
    this.timeMs = options.genesisMs;
    this.proposers = Array.from({ length: options.proposers }, (_, i) => testProposer(i));
    this.replicas = options.habits.map((habits) => new SimReplica(options.chainId, habits));
    const request = this.#initRequest();
    for (const replica of this.replicas) this.#begin(replica, request);
    const bytes = RequestInitChain.encode(request).finish();
    options.record?.("init", bytes, zeros, this.#genesis ?? zeros);
  }

  #begin(replica: SimReplica, request: RequestInitChain = this.#initRequest()): void {
    const own = genesisHash(replica.initChain(request));
    this.#genesis ??= own;
    if (equalBytes(own, this.#genesis)) return;
    const [expected, got] = [this.#genesis, own].map(toHex);
    throw new Divergence(`${replica.habits.name} at genesis: expected ${expected}, got ${got}`);
  }

  #initRequest(): RequestInitChain {
    const { maxGas, maxBytes, appState } = this.#options;
    return RequestInitChain.fromPartial({
      time: timestamp(this.timeMs),
      chainId: this.chainId,
      consensusParams: ConsensusParams.fromPartial({ block: { maxGas, maxBytes } }),
      validators: this.proposers.map(({ publicKey }) => ({
        pubKey: { ed25519: publicKey },
        power: testPower,
      })),
      appStateBytes: new TextEncoder().encode(JSON.stringify(appState)),
      initialHeight: 1n,
    });
  }

  get first(): SimReplica {
    return this.replicas[0] ?? assert.fail("expected a replica");
  }

  /** The committed state of the first replica. */
  get ctx(): ReadCtx {
    const { state } = this.first;
    return state.readCtx(state.base, state.lastBlock);
  }

  /** CheckTx where the replica has such a habit; waits when the first one takes it. */
  submit(tx: Uint8Array): number {
    const [code] = this.replicas
      .filter(({ habits, backlog }) => habits.checks === true && backlog.length === 0)
      .map(({ app }) => app.checkTx({ tx, type: 0 }).code);
    if (code === 0) this.mempool.push(tx);
    return code ?? 0;
  }

  /** One height: rounds that fail, the one that is decided, and what replicas do around it. */
  async next(advanceMs: bigint, extra: readonly Uint8Array[] = []): Promise<Decided> {
    const height = this.height + 1n;
    const timeMs = this.height === 0n ? this.timeMs : this.timeMs + advanceMs;
    await this.#before();
    let round = 0;
    let proposer = this.#proposerOf(height, round);
    while (this.hostile && this.#luck.hits(120)) {
      this.#lostRound({ height, timeMs, proposer });
      round += 1;
      proposer = this.#proposerOf(height, round);
    }
    const at = { height, timeMs, proposer };
    const txs = this.#propose(at);
    this.#vote(at, txs, true);
    if (this.hostile) await this.#undecidable(at, txs);
    return this.#decide(at, [...txs, ...extra]);
  }

  #proposerOf(height: bigint, round: number): number {
    if (this.#heard !== undefined && height <= this.#heard.until) {
      const { proposers } = this.#heard;
      return proposers[(Number(height) + round) % proposers.length] ?? 0;
    }
    return Number((height + BigInt(round)) % BigInt(this.proposers.length));
  }

  /** For some heights only these propose: the others are away. */
  silenceProposers(heard: readonly number[], heights: bigint): void {
    this.#heard = { proposers: heard, until: this.height + heights };
  }

  hearAll(): void {
    this.#heard = undefined;
  }

  // Proposals

  #replicaOf(proposer: number): SimReplica {
    const able = this.replicas.filter(
      ({ habits, backlog }) => habits.votes === true && backlog.length === 0,
    );
    return able[proposer % able.length] ?? this.first;
  }

  #propose({ height, timeMs, proposer }: Round): Uint8Array[] {
    const { consAddress, beaconSecret } = this.proposers[proposer] ?? assert.fail("proposer");
    const replica = this.#replicaOf(proposer);
    replica.proposeAs(beaconSecret);
    const maxTxBytes = this.#options.maxBytes;
    return replica.app.prepareProposal({
      ...{ height, time: timestamp(timeMs), txs: this.#gossiped(), misbehavior: [], maxTxBytes },
      localLastCommit: { round: 0, votes: [] },
      nextValidatorsHash: zeros,
      proposerAddress: consAddress,
    }).txs;
  }

  /** What this proposer has of the mempool, in its own order: gossip drops, delays, doubles and reorders. */
  #gossiped(): Uint8Array[] {
    if (!this.hostile) return [...this.mempool];
    const luck = this.#luck;
    if (luck.hits(15)) {
      this.tallies.add("fault: transactions reordered");
      return luck.shuffled(this.mempool);
    }
    if (luck.hits(15)) {
      this.tallies.add("fault: proposer censors");
      return this.mempool.filter(() => luck.hits(300));
    }
    if (luck.hits(15)) {
      this.tallies.add("fault: transaction doubled in a proposal");
      return [...this.mempool, ...this.mempool.slice(0, 1)];
    }
    return this.mempool.filter(() => !luck.hits(20));
  }

  #request({ height, timeMs, proposer }: Round, txs: Uint8Array[], misbehavior: Misbehavior[]) {
    const { consAddress } = this.proposers[proposer] ?? assert.fail("proposer");
    return {
      ...{ height, txs, time: timestamp(timeMs), misbehavior, hash: zeros },
      decidedLastCommit: { round: 0, votes: [] },
      proposedLastCommit: { round: 0, votes: [] },
      nextValidatorsHash: zeros,
      proposerAddress: consAddress,
    };
  }

  /** Every node that votes says the same about a proposal, and what is expected. */
  #vote(at: Round, txs: Uint8Array[], valid: boolean | undefined, what = "proposal"): void {
    const request = this.#request(at, txs, []);
    const voters = this.replicas.filter(
      ({ habits, backlog }) => habits.votes === true && backlog.length === 0,
    );
    const votes = voters.map(({ app }) => app.processProposal(request).status);
    const [vote] = votes;
    if (votes.some((other) => other !== vote))
      throw new Divergence(`votes on a ${what} at ${at.height}: ${votes.join(",")}`);
    if (valid === undefined) return;
    const said = this.first.state.alarms.at(-1) ?? "";
    assert.equal(vote === 1, valid, `${what} at height ${at.height}: ${said}`);
  }

  /** A proposal that is not decided: nobody's, a bad one, or a good one that came too late. */
  #lostRound(at: Round): void {
    const luck = this.#luck;
    this.tallies.add("fault: round lost");
    if (luck.hits(300)) {
      this.tallies.add("fault: proposer crashed");
      return;
    }
    const txs = this.#propose(at);
    if (luck.hits(400)) {
      this.#vote(at, txs, true);
      return;
    }
    const [what, bad] = this.#spoilt(at, txs);
    this.tallies.add(`fault: proposal with ${what}`);
    this.#vote(at, bad, false, `proposal with ${what}`);
  }

  #spoilt({ height, timeMs, proposer }: Round, txs: Uint8Array[]): [string, Uint8Array[]] {
    const { state } = this.first;
    const luck = this.#luck;
    const address = this.proposers[proposer]?.consAddress ?? zeros;
    const ctx = state.readCtx(state.base, state.blockAt(height, timeMs, address));
    const other = this.proposers[(proposer + 1) % this.proposers.length] ?? assert.fail("proposer");
    const foreign = contributionTx(blsSign(other.beaconSecret, beacon.contributionMessage(ctx)));
    const [first] = txs;
    if (!beacon.isDue(ctx) || first === undefined) {
      return luck.hits(500)
        ? ["a surplus beacon contribution", [foreign, ...txs]]
        : ["an undecodable transaction", [...txs, undecodable(luck)]];
    }
    const rest = txs.slice(1);
    switch (luck.below(this.proposers.length > 1 ? 5 : 4)) {
      case 0:
        return ["a missing beacon contribution", rest];
      case 1:
        return ["two beacon contributions", [first, ...txs]];
      case 2:
        return ["a damaged beacon contribution", [damaged(first, luck), ...rest]];
      case 3:
        return ["an undecodable transaction", [...txs, undecodable(luck)]];
      default:
        return ["another's beacon contribution", [foreign, ...rest]];
    }
  }

  /** A decided block that nobody can have voted for: every process ends before its Commit (Z8). */
  async #undecidable(at: Round, txs: Uint8Array[]): Promise<void> {
    if (!this.#luck.hits(4) || !beacon.isDue(this.ctx)) return;
    this.tallies.add("fault: decided block without its beacon contribution");
    for (const replica of this.replicas.filter(({ backlog }) => backlog.length === 0)) {
      const bad = this.#request(at, txs.slice(1), []);
      assert.throws(() => replica.app.finalizeBlock(bad), FatalError);
      await replica.restart();
      if (at.height === 1n) this.#begin(replica);
    }
  }

  // Decided blocks

  async #decide(at: Round, txs: Uint8Array[]): Promise<Decided> {
    const hashBefore = this.appHash;
    const openBefore = this.height > 0n && clock.openWindows(this.ctx) > 0n;
    const request = this.#request(at, txs, this.#evidence(at));
    let answer: ResponseFinalizeBlock | undefined;
    let changed: string[] = [];
    for (const replica of this.replicas) {
      // The first one never stalls: there is an answer to compare with later.
      const stalls =
        this.hostile && this.#luck.hits(replica.habits.stalls ?? 0) && replica !== this.first;
      if (stalls) this.tallies.add("fault: replica falls behind");
      if (answer !== undefined && (stalls || replica.backlog.length > 0)) {
        replica.backlog.push({ request, answer });
        continue;
      }
      const own = await this.#finalize(replica, request);
      if (replica === this.first) changed = storesIn(replica);
      replica.app.commit({});
      answer ??= own;
      requireSame(`${replica.habits.name} at ${at.height}`, answer, own);
    }
    if (answer === undefined) assert.fail("expected an answer");
    this.height = at.height;
    this.timeMs = at.timeMs;
    this.appHash = answer.appHash;
    const bytes = RequestFinalizeBlock.encode(request).finish();
    this.#options.record?.("block", bytes, this.appHash, answerHash(answer));
    this.#recheck(txs);
    return { ...at, txs, answer, hashBefore, openBefore, changed };
  }

  async #finalize(
    replica: SimReplica,
    request: RequestFinalizeBlock,
  ): Promise<ResponseFinalizeBlock> {
    const { habits } = replica;
    let answer = replica.app.finalizeBlock(request);
    if (this.hostile && this.#luck.hits(habits.crashes ?? 0)) {
      this.tallies.add("fault: crash between FinalizeBlock and Commit");
      await this.#revive(replica);
      const again = replica.app.finalizeBlock(request);
      requireSame(`${habits.name}, second FinalizeBlock of ${request.height}`, answer, again);
      answer = again;
    }
    return answer;
  }

  /** Begins again from what was committed; before the first commit that is the genesis. */
  async #revive(replica: SimReplica): Promise<void> {
    await replica.restart();
    if (replica.state.height === 0n) this.#begin(replica);
  }

  /** CometBFT tells of it; this version of the app may not fork over it. */
  #evidence({ height, timeMs }: Round): Misbehavior[] {
    if (!this.hostile || !this.#luck.hits(20)) return [];
    const old = this.#luck.hits(300);
    this.tallies.add(`fault: ${old ? "old" : "fresh"} evidence of equivocation`);
    const address = this.#luck.pick(this.proposers).consAddress;
    const one = Misbehavior.fromPartial({
      type: 1,
      validator: { address, power: testPower },
      height: old ? 1n : height,
      time: timestamp(timeMs),
      totalVotingPower: testPower * BigInt(this.proposers.length),
    });
    if (!this.#luck.hits(300)) return [one];
    this.tallies.add("fault: doubled evidence of equivocation");
    return [one, one];
  }

  /** Before a height: nodes catch up, end, begin, join; somebody asks a lot. */
  async #before(): Promise<void> {
    for (const replica of this.replicas) {
      const { habits } = replica;
      if (replica.backlog.length > 0 && (!this.hostile || this.#luck.hits(150)))
        this.#catchUp(replica);
      if (!this.hostile || replica.backlog.length > 0) continue;
      if (this.#luck.hits(habits.restarts ?? 0)) {
        if (habits.disk === true && this.#luck.hits(400)) {
          this.tallies.add("fault: restart from the own snapshot");
          await replica.takeSnapshot();
        }
        this.tallies.add(habits.disk === true ? "fault: restart from disk" : "fault: cold caches");
        await this.#revive(replica);
        if (this.height > 0n) this.#requireLast(replica);
      }
      if (this.height > 0n && this.#luck.hits(habits.rejoins ?? 0)) {
        this.tallies.add("fault: join from another's state");
        replica.joinFrom(this.first);
        this.#requireLast(replica);
      }
      if (this.height > 0n && this.#luck.hits(habits.queries ?? 0)) {
        this.tallies.add("fault: query storm");
        this.tallies.add("queries", stormOf(replica.app, this.#luck));
      }
    }
  }

  #catchUp(replica: SimReplica): void {
    for (const { request, answer } of replica.backlog) {
      const own = replica.app.finalizeBlock(request);
      replica.app.commit({});
      requireSame(`${replica.habits.name}, catching up with ${request.height}`, answer, own);
    }
    replica.backlog = [];
  }

  catchUpAll(): void {
    for (const replica of this.replicas) this.#catchUp(replica);
  }

  /** Info after a start names the last commit. */
  #requireLast({ app, habits }: SimReplica): void {
    const { lastBlockHeight, lastBlockAppHash } = app.info({
      ...{ version: "", blockVersion: 0n, p2pVersion: 0n, abciVersion: "2.0.0" },
    });
    assert.equal(lastBlockHeight, this.height, habits.name);
    assert.equal(toHex(lastBlockAppHash), toHex(this.appHash), habits.name);
  }

  #recheck(taken: readonly Uint8Array[]): void {
    const gone = new Set(taken);
    const { app } = this.first;
    this.mempool = this.mempool.filter(
      (tx) => !gone.has(tx) && app.checkTx({ tx, type: 1 }).code === 0,
    );
  }

  async stop(): Promise<void> {
    for (const replica of this.replicas) await replica.stop();
  }
}

/** No field has that number: what else comes does not matter. */
function undecodable(luck: Luck): Uint8Array {
  return Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, ...luck.bytes(luck.between(1, 200)));
}

function storesIn({ state }: SimReplica): string[] {
  const { staged } = state.db.multistore;
  return (staged?.changes ?? [])
    .filter(({ changes }) => changes.length > 0)
    .map(({ store }) => store);
}

function damaged(bytes: Uint8Array, luck: Luck): Uint8Array {
  const copy = Uint8Array.from(bytes);
  // Behind the prefix, so that it still passes for a contribution.
  const at = copy.length - 1 - luck.below(90);
  copy[at] = (copy[at] ?? 0) ^ (1 << luck.below(8));
  return copy;
}

function requireSame(
  where: string,
  expected: ResponseFinalizeBlock,
  got: ResponseFinalizeBlock,
): void {
  const text = differenceOf(expected, got);
  if (text !== undefined) throw new Divergence(`${where}: ${text}`);
}
