import assert from "node:assert/strict";
import type { ExecTxResult, ResponseCheckTx } from "cosmjs-types/tendermint/abci/types";
import type { MempoolLimits } from "../../app/tx/mempool.ts";
import type { WireType } from "../../core/codec.ts";
import type { ReadCtx } from "../../core/context.ts";
import { toHex } from "../../core/bytes.ts";
import { parseDec } from "../../core/math/dec.ts";
import { getAccount } from "../../modules/auth/index.ts";
import { ConsensusParams, TxMsgData, type Any } from "../../proto/cosmos.ts";
import { genesisFor, testPower, type AppState } from "./chainGenesis.ts";
import { Replica } from "./driverReplica.ts";
import { coinsOf, signTx, type Signer, type TxOptions } from "./driverTx.ts";
import { testKey, testProposer, type TestKey, type TestProposer } from "./keys.ts";

export { msg, type TxOptions } from "./driverTx.ts";

export type AppStateEdit = (state: AppState) => void;

export type ChainOptions = {
  /** Test accounts with 1,000,000 ASSAY each. */
  readonly accounts?: number;
  readonly proposers?: number;
  readonly replicas?: number;
  readonly storage?: "memory" | "disk";
  /** Edits app_state before the start. */
  readonly genesis?: AppStateEdit;
  readonly chainId?: string;
  readonly initialHeight?: bigint;
  readonly maxGas?: bigint;
  readonly maxBytes?: bigint;
  /** Below max_bytes by what headers and commits take. */
  readonly minGasPrice?: string;
  readonly genesisMs?: bigint;
  /** Of CometBFT; without them no room is kept for posts. */
  readonly mempool?: MempoolLimits;
};

export type BlockOptions = {
  readonly blocks?: number;
  readonly advanceMs?: bigint;
  readonly proposer?: number;
  /** Proposals of other proposers that are looked at and dropped before. */
  readonly lostRounds?: number;
};

export type Block = {
  readonly height: bigint;
  readonly timeMs: bigint;
  readonly proposer: number;
  readonly txs: readonly Uint8Array[];
  readonly results: readonly ExecTxResult[];
  readonly events: ExecTxResult["events"];
  readonly appHash: Uint8Array;
};

export class QueryError extends Error {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;

  constructor({ code, codespace, log }: { code: number; codespace: string; log: string }) {
    super(`query ${codespace}/${code}: ${log}`);
    this.code = code;
    this.codespace = codespace;
    this.log = log;
  }
}

export function startChain(options: ChainOptions = {}): TestChain {
  return new TestChain(options);
}

const timestamp = (ms: bigint): { seconds: bigint; nanos: number } => ({
  seconds: ms / 1000n,
  nanos: Number(ms % 1000n) * 1_000_000,
});

/** Plays CometBFT to the handlers of one or more replicas, which must agree at every block. */
export class TestChain {
  readonly accounts: readonly TestKey[];
  readonly proposers: readonly TestProposer[];
  readonly replicas: readonly Replica[];
  readonly chainId: string;
  readonly appState: AppState;
  readonly consensusParams: ConsensusParams;
  /** Transactions that passed CheckTx and wait. */
  mempool: Uint8Array[] = [];
  height = 0n;
  timeMs: bigint;
  appHash: Uint8Array = new Uint8Array();
  #last: Block | undefined;
  readonly #initialHeight: bigint;
  /** Sequences given away since the last block, by address. */
  readonly #pending = new Map<string, bigint>();

  constructor(options: ChainOptions) {
    const { accounts = 5, proposers = 4, replicas = 1, storage = "memory" } = options;
    this.chainId = options.chainId ?? "assay-test-1";
    this.timeMs = options.genesisMs ?? 1_700_000_000_000n;
    this.#initialHeight = options.initialHeight ?? 1n;
    this.accounts = Array.from({ length: accounts }, (_, i) => testKey(`account ${i}`));
    this.proposers = Array.from({ length: proposers }, (_, i) => testProposer(i));
    this.appState = genesisFor({
      ...{ chainId: this.chainId, timeMs: this.timeMs },
      ...{ accounts: this.accounts, proposers: this.proposers },
    });
    options.genesis?.(this.appState);
    const { maxGas = -1n, maxBytes = 4_194_304n, minGasPrice } = options;
    this.consensusParams = ConsensusParams.fromPartial({ block: { maxGas, maxBytes } });
    const minGasPrices = coinsOf(minGasPrice?.replace(/^[0-9.]+/, "0") ?? "").map(({ denom }) => ({
      denom,
      price: parseDec((minGasPrice ?? "0").slice(0, -denom.length)) ?? assert.fail("min gas price"),
    }));
    const { chainId } = this;
    const { mempool } = options;
    const own = { chainId, storage, minGasPrices, params: this.consensusParams };
    this.replicas = Array.from(
      { length: replicas },
      () => new Replica({ ...own, ...(mempool && { mempool }) }),
    );
    for (const replica of this.replicas) this.initChain(replica);
  }

  initChain(replica: Replica): void {
    replica.app.initChain({
      time: timestamp(this.timeMs),
      chainId: this.chainId,
      consensusParams: this.consensusParams,
      validators: this.proposers.map(({ publicKey }) => ({
        pubKey: { ed25519: publicKey },
        power: testPower,
      })),
      appStateBytes: new TextEncoder().encode(JSON.stringify(this.appState)),
      initialHeight: this.#initialHeight,
    });
  }

  get first(): Replica {
    return this.replicas[0] ?? assert.fail("expected a replica");
  }

  get last(): Block {
    return this.#last ?? assert.fail("expected a block");
  }

  /** Module functions over the committed state. */
  read<T>(step: (ctx: ReadCtx) => T): T {
    const { state } = this.first;
    return step(state.readCtx(state.base, state.lastBlock));
  }

  query<Q, A>(
    path: string,
    request: WireType<Q> & { fromPartial(fields: never): Q },
    fields: Partial<Q>,
    answer: WireType<A>,
    height = 0n,
  ): A {
    const data = request.encode(request.fromPartial(fields as never)).finish();
    const response = this.first.app.query({ path, data, height, prove: false });
    assert.ok(!(response instanceof Promise));
    if (response.code !== 0) throw new QueryError(response);
    return answer.decode(response.value);
  }

  // Transactions

  signer(key: TestKey, options: TxOptions = {}): Signer {
    const account = this.read((ctx) => getAccount(ctx, key.address));
    const sequence = this.#pending.get(key.address) ?? account?.sequence ?? 0n;
    return {
      key,
      accountNumber: options.accountNumber ?? account?.accountNumber ?? 0n,
      sequence: options.sequence ?? sequence,
    };
  }

  /** Signed, with the sequences that follow what was built since the last block. */
  tx(
    by: TestKey | readonly TestKey[],
    messages: Any | readonly Any[],
    options: TxOptions = {},
  ): Uint8Array {
    const keys = Array.isArray(by) ? (by as readonly TestKey[]) : [by as TestKey];
    const { payer } = options;
    const all = payer === undefined || keys.includes(payer) ? keys : [...keys, payer];
    const signers = all.map((key, i) => this.signer(key, i === 0 ? options : {}));
    for (const { key, sequence } of signers) this.#pending.set(key.address, sequence + 1n);
    const list = Array.isArray(messages) ? (messages as readonly Any[]) : [messages as Any];
    return signTx(signers, list, { chainId: this.chainId, ...options });
  }

  /** One block that holds exactly these transactions beside what waits. */
  deliver(...txs: Uint8Array[]): ExecTxResult[] {
    const waiting = this.mempool;
    this.mempool = [...waiting, ...txs];
    const block = this.#produce({});
    return txs.map((tx) => {
      const at = block.txs.indexOf(tx);
      return block.results[at] ?? assert.fail("expected the transaction in the block");
    });
  }

  /** A block as other nodes decided it, past proposals: for what no proposer would take. */
  finalize(txs: Uint8Array[], proposer = 0): ExecTxResult {
    const height = this.#last === undefined ? this.#initialHeight : this.height + 1n;
    const timeMs = this.timeMs + 1000n;
    const { results } = this.#decide({ height, timeMs, proposer, txs });
    return results[0] ?? assert.fail("expected a result");
  }

  run(
    by: TestKey | readonly TestKey[],
    messages: Any | readonly Any[],
    options?: TxOptions,
  ): ExecTxResult {
    const [result] = this.deliver(this.tx(by, messages, options));
    return result ?? assert.fail("expected a result");
  }

  mustRun(
    by: TestKey | readonly TestKey[],
    messages: Any | readonly Any[],
    options?: TxOptions,
  ): ExecTxResult {
    const result = this.run(by, messages, options);
    assert.equal(result.code, 0, `${result.codespace}/${result.code}: ${result.log}`);
    return result;
  }

  /** CheckTx on every replica; what passes waits for the next block. */
  submit(tx: Uint8Array): ResponseCheckTx {
    const [answer, ...others] = this.replicas.map(({ app }) => app.checkTx({ tx, type: 0 }));
    if (answer === undefined) assert.fail("expected a replica");
    for (const other of others) assert.deepEqual(other, answer);
    if (answer.code === 0) this.mempool.push(tx);
    return answer;
  }

  simulate(tx: Uint8Array): { gasUsed: bigint; value: Uint8Array } {
    const { app } = this.first;
    const answer = app.query({ path: "/app/simulate", data: tx, height: 0n, prove: false });
    assert.ok(!(answer instanceof Promise));
    if (answer.code !== 0) throw new QueryError(answer);
    const json = JSON.parse(new TextDecoder().decode(answer.value)) as {
      gasInfo: { gasUsed: string };
    };
    return { gasUsed: BigInt(json.gasInfo.gasUsed), value: answer.value };
  }

  // Blocks

  next(options: BlockOptions = {}): Block {
    for (let i = 0; i < (options.blocks ?? 1); i++) this.#produce(options);
    return this.last;
  }

  /** Blocks until one leaves the app hash as it is; returns how many came before it. */
  settle(max = 60): number {
    for (let count = 0; count <= max; count++) {
      const before = this.appHash;
      this.#produce({});
      if (toHex(before) === toHex(this.appHash)) return count;
    }
    return assert.fail(`expected silence within ${max} blocks`);
  }

  #produce({ advanceMs = 1000n, proposer, lostRounds = 0 }: BlockOptions): Block {
    const height = this.#last === undefined ? this.#initialHeight : this.height + 1n;
    // The first block carries the genesis time.
    const timeMs = this.#last === undefined ? this.timeMs : this.timeMs + advanceMs;
    const turn = proposer ?? Number((height + BigInt(lostRounds)) % BigInt(this.proposers.length));
    for (let round = lostRounds; round > 0; round--) {
      const other = (turn + this.proposers.length - round) % this.proposers.length;
      this.#propose(height, timeMs, other);
    }
    const txs = this.#propose(height, timeMs, turn);
    return this.#decide({ height, timeMs, proposer: turn, txs });
  }

  /** What this proposer's node proposes; every replica must accept it. */
  #propose(height: bigint, timeMs: bigint, proposer: number): Uint8Array[] {
    const { consAddress, beaconSecret } = this.proposerAt(proposer);
    const replica = this.replicas[proposer % this.replicas.length] ?? this.first;
    replica.proposeAs(beaconSecret);
    const { txs } = replica.app.prepareProposal({
      ...{ height, time: timestamp(timeMs), txs: [...this.mempool], misbehavior: [] },
      maxTxBytes: this.consensusParams.block?.maxBytes ?? 0n,
      localLastCommit: { round: 0, votes: [] },
      nextValidatorsHash: new Uint8Array(32),
      proposerAddress: consAddress,
    });
    for (const { app } of this.replicas) {
      const { status } = app.processProposal(this.#request(height, timeMs, proposer, txs));
      assert.equal(status, 1, `proposal refused at height ${height}: ${this.alarms().join("; ")}`);
    }
    return txs;
  }

  /** Finalizes a block as decided, whoever proposed it, and commits it on every replica. */
  #decide(block: { height: bigint; timeMs: bigint; proposer: number; txs: Uint8Array[] }): Block {
    const { height, timeMs, proposer, txs } = block;
    const request = this.#request(height, timeMs, proposer, txs);
    const [answer, ...others] = this.replicas.map(({ app }) => app.finalizeBlock(request));
    if (answer === undefined) assert.fail("expected a replica");
    for (const other of others) assert.deepEqual(other, answer, `replicas differ at ${height}`);
    for (const { app } of this.replicas) app.commit({});
    this.height = height;
    this.timeMs = timeMs;
    this.appHash = answer.appHash;
    this.#pending.clear();
    const { txResults: results, events } = answer;
    this.#last = { ...block, results, events, appHash: answer.appHash };
    this.#recheck(txs);
    return this.#last;
  }

  #recheck(taken: readonly Uint8Array[]): void {
    const left = this.mempool.filter((tx) => !taken.includes(tx));
    this.mempool = left.filter((tx) => {
      const codes = this.replicas.map(({ app }) => app.checkTx({ tx, type: 1 }).code);
      return codes.every((code) => code === 0);
    });
  }

  proposerAt(index: number): TestProposer {
    return this.proposers[index] ?? assert.fail(`expected proposer ${index}`);
  }

  /** What the first replica says to a block of that proposer: 1 accepts, 2 refuses. */
  processProposal(txs: Uint8Array[], proposer = 0): number {
    return this.first.app.processProposal(this.nextRequest(txs, proposer)).status;
  }

  /** What that proposer's node would propose for the next block of these waiting transactions. */
  prepareProposal(txs: Uint8Array[], proposer = 0, maxTxBytes = 1_000_000n): Uint8Array[] {
    const { consAddress, beaconSecret } = this.proposerAt(proposer);
    this.first.proposeAs(beaconSecret);
    const { height, time, nextValidatorsHash } = this.nextRequest([], proposer);
    return this.first.app.prepareProposal({
      ...{ height, time, nextValidatorsHash, txs, maxTxBytes, misbehavior: [] },
      localLastCommit: { round: 0, votes: [] },
      proposerAddress: consAddress,
    }).txs;
  }

  /** The next block as a request, for calls of single handlers. */
  nextRequest(txs: Uint8Array[], proposer = 0) {
    const height = this.#last === undefined ? this.#initialHeight : this.height + 1n;
    return this.#request(height, this.timeMs + 1000n, proposer, txs);
  }

  #request(height: bigint, timeMs: bigint, proposer: number, txs: Uint8Array[]) {
    return {
      ...{ height, txs, time: timestamp(timeMs), misbehavior: [], hash: new Uint8Array(32) },
      decidedLastCommit: { round: 0, votes: [] },
      proposedLastCommit: { round: 0, votes: [] },
      nextValidatorsHash: new Uint8Array(32),
      proposerAddress: this.proposerAt(proposer).consAddress,
    };
  }

  // What came out

  /** The message responses of one type in a result. */
  responses<T>({ data }: ExecTxResult, type: WireType<T>): T[] {
    return TxMsgData.decode(data).msgResponses.map(({ value }) => type.decode(value));
  }

  /** Attributes of every event of a type. */
  attributes(source: { events: ExecTxResult["events"] }, type: string): Record<string, string>[] {
    return source.events
      .filter((event) => event.type === type)
      .map(({ attributes }) =>
        Object.fromEntries(attributes.map(({ key, value }) => [key, value])),
      );
  }

  /** Alarms of all replicas since the start: none in a healthy chain. */
  alarms(): string[] {
    return this.replicas.flatMap(({ state }) => state.alarms);
  }

  assertInvariants(): void {
    const { registry } = this.first.state;
    const broken = registry.modules.flatMap(({ name, invariants = {} }) =>
      Object.entries(invariants).flatMap(([invariant, check]) => {
        const text = this.read(check);
        return text === undefined ? [] : [`${name}.${invariant}: ${text}`];
      }),
    );
    assert.deepEqual(broken, []);
  }

  /** All replicas anew from disk. */
  async restart(): Promise<void> {
    for (const replica of this.replicas) await replica.restart();
  }

  async stop(): Promise<void> {
    for (const replica of this.replicas) await replica.stop();
  }
}
