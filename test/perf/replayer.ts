import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { Timestamp } from "cosmjs-types/google/protobuf/timestamp";
import {
  Response,
  type RequestFinalizeBlock,
  type ResponseFinalizeBlock,
} from "cosmjs-types/tendermint/abci/types";
import { appProgram } from "../../cli/home/programs.ts";
import { AbciClient, requestFrame } from "../support/abci.ts";
import { cpuSeconds } from "./harness.ts";
import { finished } from "./node.ts";

type Sent = Parameters<AbciClient["send"]>[0];
type GenesisFile = {
  readonly chain_id: string;
  readonly app_state: unknown;
  readonly validators: readonly { pub_key: { value: string }; address: string }[];
};

export type BlockTimes = { readonly finalizeMs: number; readonly commitMs: number };

/** Our app as a process, and CometBFT's part played over its socket as fast as it answers. */
export class Replayer {
  readonly #app: ChildProcess;
  readonly #client: AbciClient;
  readonly #genesis: GenesisFile;
  readonly startMs: number;
  height = 0n;

  private constructor(
    app: ChildProcess,
    client: AbciClient,
    genesis: GenesisFile,
    startMs: number,
  ) {
    this.#app = app;
    this.#client = client;
    this.#genesis = genesis;
    this.startMs = startMs;
  }

  /** Starts the app of a home; startMs is the time from the process's start to its first Info answer. */
  static async start(home: string, nodeArgs: readonly string[] = []): Promise<Replayer> {
    const socket = path.join(home, "replay.sock");
    const { command, args } = appProgram("--home", home, "--socket", socket);
    const began = performance.now();
    const app = spawn(command, [...nodeArgs, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    await new Promise<void>((ready, failed) => {
      app.stdout.on("data", (chunk: Buffer) => chunk.includes('"ready":true') && ready());
      app.once("exit", (code) => failed(new Error(`the app of ${home} ended with ${code}`)));
    });
    const client = await AbciClient.open(socket);
    const genesis = JSON.parse(
      fs.readFileSync(path.join(home, "config", "genesis.json"), "utf8"),
    ) as GenesisFile;
    client.send({ info: {} }, { flush: {} });
    const [info] = await client.take(2);
    const self = new Replayer(app, client, genesis, performance.now() - began);
    self.height = info?.info?.lastBlockHeight ?? 0n;
    if (self.height === 0n) await self.#initChain();
    return self;
  }

  get pid(): number {
    return this.#app.pid ?? 0;
  }

  get cpuSeconds(): number {
    return cpuSeconds(this.pid);
  }

  async #initChain(): Promise<void> {
    const { chain_id: chainId, app_state: state, validators } = this.#genesis;
    await this.#ask({
      initChain: {
        chainId,
        time: this.#time(),
        initialHeight: 1n,
        validators: validators.map(({ pub_key }) => ({
          pubKey: { ed25519: Buffer.from(pub_key.value, "base64") },
          power: 10n,
        })),
        consensusParams: { block: { maxBytes: 22_020_096n, maxGas: -1n } },
        appStateBytes: Buffer.from(JSON.stringify(state)),
      },
    });
  }

  /** CheckTx of all, pipelined as Comet's mempool does; throws for the first that is refused. */
  async check(txs: readonly Uint8Array[], type: 0 | 1 = 0): Promise<number> {
    const began = performance.now();
    for (let at = 0; at < txs.length; at += 500) {
      const part = txs.slice(at, at + 500);
      this.#client.send(...part.map((tx) => ({ checkTx: { tx, type } })), { flush: {} });
      const answers = await this.#client.take(part.length + 1);
      const refused = answers.find(({ checkTx }) => (checkTx?.code ?? 0) !== 0);
      if (refused !== undefined) throw new Error(`CheckTx: ${refused.checkTx?.log}`);
    }
    return performance.now() - began;
  }

  /** What the app proposes of these, checked by itself. */
  async propose(txs: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const block = { height: this.height + 1n, time: this.#time(), ...this.#proposer() };
    const { prepareProposal } = await this.#ask({
      prepareProposal: { ...block, txs: [...txs], maxTxBytes: 22_020_096n },
    });
    const proposed = prepareProposal?.txs ?? [];
    await this.#ask({
      processProposal: { ...block, txs: proposed, hash: this.#hash() },
    });
    return proposed;
  }

  /** One decided block; throws when a transaction of it failed. */
  async block(txs: readonly Uint8Array[]): Promise<BlockTimes> {
    const began = performance.now();
    const { finalizeBlock } = await this.#ask(this.#decided(txs));
    this.#requireGood(finalizeBlock);
    const decided = performance.now();
    await this.#ask({ commit: {} });
    return { finalizeMs: decided - began, commitMs: performance.now() - decided };
  }

  /**
   * The time of the app alone for decided blocks, one after the other, ms: requests are encoded before the clock starts
   * and answers judged after it ended. Throws when a transaction failed.
   */
  async blocks(all: readonly (readonly Uint8Array[])[]): Promise<number> {
    const flush = requestFrame({ flush: {} });
    const commit = Buffer.concat([requestFrame({ commit: {} }), flush]);
    const requests = all.map((txs) => Buffer.concat([requestFrame(this.#decided(txs)), flush]));
    const answers: Uint8Array[] = [];
    const began = performance.now();
    for (const request of requests) {
      this.#client.socket.write(request);
      answers.push(...(await this.#client.takeFrames(2)));
      this.#client.socket.write(commit);
      answers.push(...(await this.#client.takeFrames(2)));
    }
    const ms = performance.now() - began;
    const decoded = answers.map((frame) => Response.decode(frame));
    const finalized = decoded.filter(({ finalizeBlock }) => finalizeBlock !== undefined);
    const committed = decoded.filter(({ commit: done }) => done !== undefined);
    for (const { finalizeBlock } of finalized) this.#requireGood(finalizeBlock);
    const got = Math.min(finalized.length, committed.length);
    if (got !== all.length) throw new Error(`the app: expected ${all.length} blocks, got ${got}`);
    return ms;
  }

  #decided(txs: readonly Uint8Array[]): { finalizeBlock: Partial<RequestFinalizeBlock> } {
    this.height += 1n;
    const block = { height: this.height, time: this.#time(), hash: this.#hash() };
    return { finalizeBlock: { ...block, txs: [...txs], ...this.#proposer() } };
  }

  #requireGood(answer: ResponseFinalizeBlock | undefined): void {
    const failed = answer?.txResults.find(({ code }) => code !== 0);
    if (failed !== undefined) throw new Error(`block ${this.height}: ${failed.log}`);
  }

  async stop(): Promise<void> {
    this.#client.close();
    this.#app.kill("SIGTERM");
    await finished(this.#app);
  }

  async #ask(request: Sent): Promise<Response> {
    this.#client.send(request, { flush: {} });
    const [answer] = await this.#client.take(2);
    if (answer === undefined || answer.exception !== undefined) {
      throw new Error(`the app: expected an answer, got ${answer?.exception?.error ?? "its end"}`);
    }
    return answer;
  }

  #time(): Timestamp {
    return Timestamp.fromPartial({ seconds: 1_800_000_000n + this.height });
  }

  #hash(): Uint8Array {
    return Buffer.alloc(32, String(this.height));
  }

  #proposer(): { proposerAddress: Uint8Array } {
    return { proposerAddress: Buffer.from(this.#genesis.validators[0]?.address ?? "", "hex") };
  }
}
