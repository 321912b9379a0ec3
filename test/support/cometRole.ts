import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeepPartial } from "cosmjs-types/helpers";
import type { Request, Response } from "cosmjs-types/tendermint/abci/types";
import { toHex } from "../../core/bytes.ts";
import { AbciClient } from "./abci.ts";
import { startApp, writeTestHome, type AppProcess } from "./appProcess.ts";
import { send } from "./chainSends.ts";
import { startChain, type Block, type TestChain } from "./driver.ts";
import type { TestKey } from "./keys.ts";

type Random = (below: number) => number;

const appToml = `state-snapshot-interval = 5
state-segment-bytes = 6000
pruning-keep-recent = 3
`;

export type Life = { readonly killed: boolean; readonly height: bigint };

/** When a life ends: at a named point of the app, or by us just behind a request. */
export type Death =
  | { readonly kind: "point"; readonly spec: string }
  | { readonly kind: "request"; readonly count: number; readonly afterMs: number };

/**
 * Plays CometBFT to one app process over its socket: handshake, replay and blocks as WIRE.md 3 says. A twin in
 * memory, whose process never dies, makes the blocks and says which app hash each must have.
 */
export class CometRole {
  // verify-home looks at what stands beside a home: this one stands alone.
  readonly #folder = mkdtempSync(join(tmpdir(), "assay-crash-"));
  readonly home = join(this.#folder, "node");
  readonly #twin: TestChain;
  readonly #random: Random;
  readonly #blocks: Block[] = [];
  /** Commit was answered for it, or Info told it: never to be lost again while the machine runs. */
  promised = 0n;

  constructor(random: Random) {
    this.#random = random;
    this.#twin = startChain({ proposers: 1 });
    const { chainId, appState, proposers } = this.#twin;
    writeTestHome(this.home, { chainId, appState, proposers, appToml });
  }

  /** Block `height` of the chain; the twin makes it when it is asked for. */
  #block(height: bigint): Block {
    while (BigInt(this.#blocks.length) < height) {
      const [alice, bob, carol] = this.#twin.accounts as [TestKey, TestKey, TestKey];
      const pay = (from: TestKey, to: TestKey): Uint8Array =>
        this.#twin.tx(from, send(from, to, String(1 + this.#random(90))), { fee: "10uassay" });
      for (let i = this.#random(4); i > 0; i--)
        this.#twin.submit(
          pay(
            ...([
              [alice, bob],
              [bob, carol],
              [carol, alice],
            ][i - 1] as [TestKey, TestKey]),
          ),
        );
      this.#blocks.push(this.#twin.next({ advanceMs: BigInt(200 + this.#random(3000)) }));
    }
    return this.#blocks[Number(height) - 1] ?? assert.fail(`no block ${height}`);
  }

  hashOf(height: bigint): Uint8Array {
    return this.#block(height).appHash;
  }

  /** The app runs until it dies as told, or has committed `last`. */
  async live(death: Death, last: bigint, more: NodeJS.ProcessEnv = {}): Promise<Life> {
    const env = death.kind === "point" ? { ASSAY_KILL_AT: death.spec } : {};
    const app = startApp(this.home, { ...more, ...env });
    const path = await app.ready;
    if (path !== undefined) {
      const client = await AbciClient.open(path).catch(() => undefined);
      if (client !== undefined) {
        await this.#run(client, app, death, last);
        client.close();
      }
    }
    const { killed } = await endOf(app);
    return { killed, height: this.promised };
  }

  async #run(client: AbciClient, app: AppProcess, death: Death, last: bigint): Promise<void> {
    let left = death.kind === "request" ? death.count : Infinity;
    const ask = async (request: DeepPartial<Request>): Promise<Response | undefined> => {
      client.send(request);
      if (--left === 0) {
        if (death.kind === "request" && death.afterMs > 0) await later(death.afterMs);
        app.child.kill("SIGKILL");
      }
      const [answer] = await client.take(1);
      return answer;
    };
    let height = await this.#handshake(ask);
    while (height !== undefined && height < last) height = await this.#decide(ask, height + 1n);
  }

  async #handshake(ask: Ask): Promise<bigint | undefined> {
    const info = (await ask({ info: { version: "0.38.25", abciVersion: "2.0.0" } }))?.info;
    if (info === undefined) return undefined;
    const { lastBlockHeight: height, lastBlockAppHash } = info;
    assert.ok(height >= this.promised, `height: promised ${this.promised}, got ${height}`);
    assert.ok(height <= this.promised + 1n, `height: expected ${this.promised}+1, got ${height}`);
    this.promised = height;
    if (height > 0n) {
      assert.equal(toHex(lastBlockAppHash), toHex(this.#block(height).appHash));
      return height;
    }
    const { chainId, appState, proposers, consensusParams } = this.#twin;
    const validators = proposers.map(({ publicKey }) => ({
      ...{ pubKey: { ed25519: publicKey }, power: 10n },
    }));
    const appStateBytes = new TextEncoder().encode(JSON.stringify(appState));
    const time = { seconds: 1_700_000_000n, nanos: 0 };
    const init = { time, chainId, consensusParams, validators, appStateBytes, initialHeight: 1n };
    return (await ask({ initChain: init })) === undefined ? undefined : 0n;
  }

  /** One height as a node lives it; answers the height when it is committed. */
  async #decide(ask: Ask, height: bigint): Promise<bigint | undefined> {
    const { txs: all, timeMs, appHash } = this.#block(height);
    const txs = [...all];
    const proposerAddress = this.#twin.proposerAt(0).consAddress;
    const time = { seconds: timeMs / 1000n, nanos: Number(timeMs % 1000n) * 1_000_000 };
    const common = { height, time, proposerAddress, nextValidatorsHash: new Uint8Array(32) };
    for (const tx of txs) if ((await ask({ checkTx: { tx, type: 0 } })) === undefined) return;
    const prepare = { ...common, txs, maxTxBytes: 1_000_000n, localLastCommit: { round: 0 } };
    if ((await ask({ prepareProposal: prepare })) === undefined) return;
    const hash = new Uint8Array(32);
    const process = { ...common, txs, hash, proposedLastCommit: { round: 0 } };
    const verdict = await ask({ processProposal: process });
    if (verdict === undefined) return;
    assert.equal(verdict.processProposal?.status, 1);
    if ((await ask({ query: { path: "/app/version" } })) === undefined) return;
    const finalize = { ...common, txs, hash, decidedLastCommit: { round: 0 } };
    const finalized = await ask({ finalizeBlock: finalize });
    if (finalized === undefined) return;
    assert.equal(
      toHex(finalized.finalizeBlock?.appHash ?? hash),
      toHex(appHash),
      `height ${height}`,
    );
    if ((await ask({ commit: {} })) === undefined) return;
    this.promised = height;
    return height;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

type Ask = (request: DeepPartial<Request>) => Promise<Response | undefined>;

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A process that still runs is asked to end, and must do so in order. */
async function endOf(app: AppProcess): Promise<{ killed: boolean }> {
  app.child.kill("SIGTERM");
  const { code, signal } = await app.ended;
  if (signal === "SIGKILL") return { killed: true };
  assert.equal(code, 0, `the app ended with ${code}: ${JSON.stringify(app.lines.at(-1))}`);
  return { killed: false };
}
