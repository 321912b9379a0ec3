import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeepPartial } from "cosmjs-types/helpers";
import type { Request, RequestInitChain, Response } from "cosmjs-types/tendermint/abci/types";
import type { AbciHandlers } from "../../app/abci/handlers.ts";
import { startServer, requestFrame, type AbciClient, type ServerFixture } from "../support/abci.ts";
import { send } from "../support/chainSends.ts";
import { startChain, type TestChain } from "../support/driver.ts";
import { Replica } from "../support/driverReplica.ts";
import type { TestKey } from "../support/keys.ts";
import { seededRandom } from "../support/seededRandom.ts";
import type { Random } from "./bytesEdits.ts";

const seed = Number(process.env["TEST_SEED"] ?? 1);
const sequences = 60;

type Asked = DeepPartial<Request>;

/** CometBFT's four connections to one real app; everything that was asked is answered in order, of its own kind. */
class Comet {
  readonly #random: Random;
  readonly #clients: readonly AbciClient[];
  readonly #ended: Promise<never>;
  calls = 0;

  constructor(random: Random, clients: readonly AbciClient[], fatal: Promise<Error>) {
    this.#random = random;
    this.#clients = clients;
    // A real app's process ends; here its connections stay open, and no answer comes.
    this.#ended = fatal.then((error) => {
      throw error;
    });
    this.#ended.catch(() => undefined);
  }

  static async open(random: Random, fixture: ServerFixture): Promise<Comet> {
    const clients: AbciClient[] = [];
    for (let i = 0; i < 4; i++) clients.push(await fixture.open());
    return new Comet(random, clients, fixture.fatal);
  }

  /** One write, or bytes one by one, or cuts anywhere; a Flush after each call as Comet's client sends it. */
  async ask(connection: number, ...requests: Asked[]): Promise<Response[]> {
    const client = this.#clients[connection];
    assert.ok(client !== undefined);
    const all = requests.flatMap((request) => [request, { flush: {} }]);
    const bytes = Buffer.concat(all.map(requestFrame));
    const way = bytes.length > 2000 ? 0 : this.#random(4);
    for (let at = 0; at < bytes.length;) {
      const size = way === 0 ? bytes.length : way === 1 ? 1 : 1 + this.#random(bytes.length);
      client.socket.write(bytes.subarray(at, at + size));
      at += size;
    }
    const answers = await Promise.race([client.take(all.length), this.#ended]);
    assert.equal(answers.length, all.length, "expected an answer to each request");
    for (const [i, asked] of all.entries()) {
      const [kind = ""] = Object.keys(asked);
      assert.notEqual((answers[i] as Record<string, unknown>)[kind], undefined, `order of ${kind}`);
    }
    this.calls += all.length;
    return answers.filter((_, i) => i % 2 === 0);
  }
}

type Sequence = {
  readonly random: Random;
  /** The app that is asked everything. */
  readonly comet: Comet;
  readonly replica: Replica;
  /** The same chain, told of decided blocks alone. */
  readonly control: TestChain;
};

function initRequest(control: TestChain): RequestInitChain {
  let found: RequestInitChain | undefined;
  const app = { initChain: (request: RequestInitChain) => (found = request) };
  control.initChain({ app } as unknown as Replica);
  return found ?? assert.fail("expected a request");
}

/** Changes to the app's handlers; none outside the tests that look for a planted fault. */
type Plant = (app: AbciHandlers) => Partial<AbciHandlers>;

async function begin(
  random: Random,
  plant: Plant = () => ({}),
): Promise<Sequence & { fixture: ServerFixture }> {
  const control = startChain({ accounts: 4 });
  const { chainId } = control;
  const replica = new Replica({ chainId, storage: "memory", minGasPrices: [] });
  const fixture = await startServer({ ...replica.app, ...plant(replica.app) });
  const comet = await Comet.open(random, fixture);
  try {
    await handshake(random, comet, control);
  } catch (error) {
    await fixture.stop();
    throw error;
  }
  return { random, comet, replica, control, fixture };
}

async function handshake(random: Random, comet: Comet, control: TestChain): Promise<void> {
  const [info] = await comet.ask(0, { info: { version: "0.38.25" } });
  assert.equal(info?.info?.lastBlockHeight, 0n);
  // A node that stopped before its first block is asked again.
  for (let times = 1 + random(2); times > 0; times--) {
    await comet.ask(3, { initChain: initRequest(control) as DeepPartial<RequestInitChain> });
  }
}

/** Queries, checks and echoes at any time, on their own connections: no decided block may feel them. */
async function noise(
  { random, comet, control }: Sequence,
  txs: readonly Uint8Array[],
): Promise<void> {
  const way = random(4);
  if (way === 0) {
    const requests = [...txs, ...txs].map((tx) => ({ checkTx: { tx, type: 0 } }));
    await comet.ask(2, ...requests, { echo: { message: "x" } });
  } else if (way === 1) {
    const path = random(2) === 0 ? "/app/simulate" : "/store/bank/subspace";
    await comet.ask(0, { query: { path, data: txs[0] ?? Uint8Array.of(2) } }, { info: {} });
  } else if (way === 2) await comet.ask(1, { listSnapshots: {} }, { echo: { message: "" } });
  else await comet.ask(2, { checkTx: { tx: Uint8Array.of(0x0b), type: 0 } });
  assert.ok(control.height >= 0n);
}

function transactions({ random, control }: Sequence): Uint8Array[] {
  const [alice, bob, carol] = control.accounts as [TestKey, TestKey, TestKey];
  const txs = [control.tx(alice, send(alice, bob)), control.tx(alice, send(alice, carol))];
  if (random(2) === 0) txs.push(control.tx(bob, send(bob, alice, "999999999999999999")));
  return txs;
}

/** Rounds of a height: this node proposes or looks at what another proposed, which may be wrong. */
async function rounds(sequence: Sequence, txs: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const { random, comet, control, replica } = sequence;
  let decided: Uint8Array[] = [...txs];
  for (let round = random(4); round > 0; round--) {
    const proposer = random(control.proposers.length);
    const request = control.nextRequest([...txs], proposer);
    await noise(sequence, txs);
    if (random(2) === 0) {
      replica.proposeAs(control.proposerAt(proposer).beaconSecret);
      const maxTxBytes = random(4) === 0 ? BigInt(random(600)) : 1_000_000n;
      const asked = { ...request, maxTxBytes, txs: [...txs, Uint8Array.of(9)] };
      const [made] = await comet.ask(3, { prepareProposal: asked });
      const proposed = made?.prepareProposal?.txs ?? assert.fail("expected a proposal");
      // Requirement 3: what a correct proposer makes is accepted, by itself and by the others.
      assert.equal(control.processProposal(proposed, proposer), 1);
      const [own] = await comet.ask(3, { processProposal: { ...request, txs: proposed } });
      assert.equal(own?.processProposal?.status, 1);
      if (proposed.length > 0) decided = proposed;
    } else {
      const twice = [{ processProposal: request }, { processProposal: request }];
      const answers = await comet.ask(3, ...twice);
      assert.deepEqual(
        answers.map((answer) => answer.processProposal?.status),
        [1, 1],
      );
      const wrong = { ...request, txs: [Uint8Array.of(9)] };
      const [refused] = await comet.ask(3, { processProposal: wrong });
      assert.equal(refused?.processProposal?.status, 2);
    }
    const vote = {
      verifyVoteExtension: { height: request.height, voteExtension: new Uint8Array() },
    };
    const [verified] = await comet.ask(3, vote);
    assert.equal(verified?.verifyVoteExtension?.status, 1);
  }
  return decided;
}

async function height(sequence: Sequence): Promise<void> {
  const { random, comet, control } = sequence;
  const waiting = transactions(sequence);
  await noise(sequence, waiting);
  const txs = await rounds(sequence, waiting);
  const request = control.nextRequest(txs);
  const asked = { finalizeBlock: { ...request } };
  // After a crash between FinalizeBlock and Commit the same block comes again.
  const answers: Response[] = [];
  for (let times = 1 + random(2); times > 0; times--) {
    answers.push(...(await comet.ask(3, asked)));
    await noise(sequence, waiting);
  }
  await comet.ask(3, { commit: {} });
  control.finalize(txs);
  for (const { finalizeBlock } of answers) {
    // Requirements 9, 11, 12: same blocks, same results, whatever else was asked.
    assert.deepEqual(Buffer.from(finalizeBlock?.appHash ?? []), Buffer.from(control.appHash));
    assert.deepEqual(
      finalizeBlock?.txResults.map(({ code, gasUsed }) => [code, gasUsed]),
      control.last.results.map(({ code, gasUsed }) => [code, gasUsed]),
    );
  }
  const [info] = await comet.ask(0, { info: {} });
  assert.equal(info?.info?.lastBlockHeight, control.height);
  assert.deepEqual(Buffer.from(info?.info?.lastBlockAppHash ?? []), Buffer.from(control.appHash));
  await recheck(sequence, waiting, txs);
}

/** Requirement 13: what waits is judged after a commit as by a node that was asked nothing before. */
async function recheck(
  { comet, control }: Sequence,
  waiting: readonly Uint8Array[],
  taken: readonly Uint8Array[],
): Promise<void> {
  const left = waiting.filter((tx) => !taken.some((other) => Buffer.compare(other, tx) === 0));
  for (const tx of left) {
    const [answer] = await comet.ask(2, { checkTx: { tx, type: 1 } });
    const { code } = control.first.app.checkTx({ tx, type: 1 });
    assert.equal(answer?.checkTx?.code, code);
  }
}

/** The first sequence of this seed that fails, or undefined. */
async function firstFault(from: number, count: number, plant: Plant): Promise<unknown> {
  for (let i = 0; i < count; i++) {
    const sequence = await begin(seededRandom(from + i), plant);
    try {
      for (let left = 1 + sequence.random(4); left > 0; left--) await height(sequence);
    } catch (error) {
      return error;
    } finally {
      await sequence.fixture.stop();
    }
  }
  return undefined;
}

describe("ABCI conformance", () => {
  it("T6, C1: legal sequences of calls decide the same blocks whatever else is asked between", async (t) => {
    let calls = 0;
    let heights = 0;
    for (let i = 0; i < sequences; i++) {
      const sequence = await begin(seededRandom(seed + i));
      try {
        for (let left = 1 + sequence.random(4); left > 0; left--, heights++) await height(sequence);
        calls += sequence.comet.calls;
      } catch (error) {
        throw new Error(`sequence ${i} of seed ${seed}: replay with --seed ${seed + i}`, {
          cause: error,
        });
      } finally {
        await sequence.fixture.stop();
      }
    }
    t.diagnostic(`reliability: ABCI sequences = ${sequences}`);
    t.diagnostic(`reliability: ABCI calls in sequences = ${calls}`);
    t.diagnostic(`reliability: ABCI heights in sequences = ${heights}`);
  });

  const plants: readonly [string, Plant][] = [
    ["a refusal that ProcessProposal forgot", () => ({ processProposal: () => ({ status: 1 }) })],
    [
      "a proposal that the proposer itself refuses",
      (app) => ({
        prepareProposal: (request) => ({
          txs: [...app.prepareProposal({ ...request, maxTxBytes: 100_000n }).txs, Uint8Array.of(9)],
        }),
      }),
    ],
    [
      "a CheckTx that blocks can feel",
      (app) => {
        let checks = 0;
        return {
          checkTx: (request) => ((checks += 1), app.checkTx(request)),
          finalizeBlock(request) {
            const answer = app.finalizeBlock(request);
            return checks < 3 ? answer : { ...answer, appHash: new Uint8Array(32) };
          },
        };
      },
    ],
    [
      "a second FinalizeBlock of a height that differs",
      (app) => {
        const seen = new Set<bigint>();
        return {
          finalizeBlock(request) {
            const answer = app.finalizeBlock(request);
            if (!seen.has(request.height)) return (seen.add(request.height), answer);
            return { ...answer, appHash: new Uint8Array(32) };
          },
        };
      },
    ],
    [
      "an Info that runs ahead of Commit",
      (app) => ({ info: (request) => ({ ...app.info(request), lastBlockHeight: 9n }) }),
    ],
  ];
  for (const [what, plant] of plants) {
    it(`T6: ${what} is found`, async () => {
      assert.ok((await firstFault(seed, 12, plant).catch((error: unknown) => error)) !== undefined);
    });
  }

  const illegal: readonly [string, Asked, RegExp][] = [
    ["FinalizeBlock of a height that is not next", { finalizeBlock: { height: 7n } }, /^height: /],
    ["Commit without FinalizeBlock", { commit: {} }, /^commit: expected a finalized block/],
    ["CheckTx of a third type", { checkTx: { type: 2 as never } }, /^checkTx type: /],
    ["a request without a method", {}, /^request: expected a method/],
    ["InitChain of another chain", { initChain: { chainId: "other-1" } }, /^chain id: /],
  ];
  for (const [what, request, message] of illegal) {
    it(`T6: ${what} ends the app, and nothing is answered after it`, async () => {
      const random = seededRandom(seed);
      const sequence = await begin(random);
      await height(sequence);
      const { fixture } = sequence;
      const client = await fixture.open();
      client.send(request, { echo: { message: "after" } });
      assert.match((await fixture.fatal).message, message);
      assert.equal(client.received, 0);
      await fixture.stop();
    });
  }

  it("T6: a restart from disk goes on from the last commit, also when a block was finalized and not kept", async () => {
    const control = startChain({ accounts: 4 });
    const { chainId } = control;
    const replica = new Replica({ chainId, storage: "disk", minGasPrices: [] });
    const random = seededRandom(seed);
    replica.app.initChain(initRequest(control));
    for (let h = 1; h <= 6; h++) {
      const [alice, bob] = control.accounts as [TestKey, TestKey];
      const txs = [control.tx(alice, send(alice, bob))];
      const request = control.nextRequest(txs);
      control.finalize(txs);
      const first = replica.app.finalizeBlock(request);
      if (h > 1 && random(2) === 0) {
        await replica.restart();
        assert.equal(replica.app.info({} as never).lastBlockHeight, BigInt(h - 1));
        assert.deepEqual(replica.app.finalizeBlock(request), first);
      }
      replica.app.commit({});
      assert.deepEqual(Buffer.from(first.appHash), Buffer.from(control.appHash));
    }
    await replica.stop();
  });
});
