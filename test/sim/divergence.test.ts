import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  ResponseInitChain,
  type ExecTxResult,
  type ResponseFinalizeBlock,
} from "cosmjs-types/tendermint/abci/types";
import { Luck } from "./luck.ts";
import { Divergence, SimNetwork } from "./network.ts";
import { Recorder } from "./recording.ts";
import type { Habits, SimReplica } from "./replica.ts";
import { castOf, genesisMs, settingOf } from "./setting.ts";
import { testSeed } from "./slice.ts";
import { Tallies } from "./tallies.ts";
import { replay } from "./variants.ts";

const lieAt = 3n;
const plain: Habits = { name: "plain", checks: true, votes: true };

type Change = (answer: ResponseFinalizeBlock) => ResponseFinalizeBlock;

const inResult =
  (changed: (result: ExecTxResult) => Partial<ExecTxResult>): Change =>
  (answer) => ({
    ...answer,
    txResults: answer.txResults.map((result) => ({ ...result, ...changed(result) })),
  });

const moreGas = inResult(({ gasUsed }) => ({ gasUsed: gasUsed + 1n }));

/** What replicas that agree on the state may still not agree on. */
const changes: readonly (readonly [string, Change])[] = [
  ["code", inResult(({ code }) => ({ code: code + 1 }))],
  ["codespace", inResult(({ codespace }) => ({ codespace: `${codespace}x` }))],
  ["data", inResult(({ data }) => ({ data: Uint8Array.of(...data, 1) }))],
  ["gas wanted", inResult(({ gasWanted }) => ({ gasWanted: gasWanted + 1n }))],
  ["gas used", moreGas],
  [
    "list of next validators",
    (answer) => ({
      ...answer,
      validatorUpdates: [{ pubKey: { ed25519: new Uint8Array(32) }, power: 1n }],
    }),
  ],
];

/** One block's answer is not what the app said; its state and app hash are. */
function lie(replica: SimReplica | undefined, change: Change): void {
  assert.ok(replica !== undefined);
  const { app } = replica;
  replica.app = {
    ...app,
    finalizeBlock(request) {
      const answer = app.finalizeBlock(request);
      return request.height === lieAt ? change(answer) : answer;
    },
  };
}

function networkOf(habits: readonly Habits[], record?: Recorder["record"]): SimNetwork {
  const luck = new Luck(testSeed);
  const chainId = "assay-sim-divergence";
  const setting = settingOf(chainId, castOf(luck), luck);
  const recorded = record === undefined ? {} : { record };
  const options = { chainId, genesisMs, ...setting, habits, ...recorded };
  return new SimNetwork(options, luck, new Tallies());
}

/** Each block with a transaction: an answer without one says little. */
async function play(net: SimNetwork): Promise<void> {
  try {
    while (net.height < 6n) await net.next(1_000n, [Uint8Array.of(0x0a, Number(net.height))]);
    net.catchUpAll();
  } finally {
    await net.stop();
  }
}

const divergence = (text: RegExp) => (error: unknown) =>
  error instanceof Divergence && text.test(error.message);

describe("a replica with the state of the others that answers something else", () => {
  for (const [what, change] of changes)
    it(`D17: is told when it has another ${what} in a block`, async () => {
      const net = networkOf([plain, { name: "other", votes: true }]);
      lie(net.replicas[1], change);
      await assert.rejects(play(net), divergence(/^other at 3: (transaction 0|answer): expected/));
    });

  it("D17: is told when it catches up, at a height before its last", async () => {
    const net = networkOf([plain, { name: "late", stalls: 1_000 }]);
    lie(net.replicas[1], moreGas);
    await assert.rejects(play(net), divergence(/^late, catching up with 3: transaction 0: /));
  });

  it("D17: is told when it finalizes a block again after a crash", async () => {
    const net = networkOf([plain, { name: "crashing", crashes: 1_000 }]);
    // Only the process that crashes says it: what follows it is honest.
    while (net.height < lieAt - 1n) await net.next(1_000n);
    lie(net.replicas[1], moreGas);
    const told = divergence(/^crashing, second FinalizeBlock of 3: transaction 0: /);
    await assert.rejects(play(net), told);
  });

  it("D17: is told when it begins with other validators", async () => {
    const net = networkOf([plain, { name: "crashing", crashes: 1_000 }]);
    const { app } = net.first;
    const other = net.replicas[1] ?? assert.fail("expected a replica");
    other.restart = () => {
      other.app = {
        ...app,
        initChain: () => ResponseInitChain.fromPartial({ validators: [{ power: 2n }] }),
      };
      return Promise.resolve();
    };
    await assert.rejects(play(net), divergence(/^crashing at genesis: expected /));
  });

  it("is not told when it says the same", async () => {
    const habits = { name: "both", crashes: 500, stalls: 500 };
    await play(networkOf([plain, habits]));
  });
});

describe("a recorded chain", () => {
  for (const [what, change] of changes)
    it(`D17: with another ${what} than another process works out is told`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "assay-recording-"));
      const path = join(folder, "blocks.jsonl");
      const recorder = new Recorder(path);
      try {
        const net = networkOf([plain], recorder.record);
        lie(net.first, change);
        await play(net);
        const text = (await replay({ name: "fresh" }, path)) ?? "";
        assert.match(text, /^height 3: results and validators: expected/);
      } finally {
        recorder.close();
        rmSync(folder, { recursive: true, force: true });
      }
    });
});
