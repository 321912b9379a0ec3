import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import type { DeepPartial } from "cosmjs-types/helpers";
import type { Request } from "cosmjs-types/tendermint/abci/types";
import { toHex } from "../../core/bytes.ts";
import { answerHash } from "../sim/answers.ts";
import { readRecording, Recorder, type Recorded } from "../sim/recording.ts";
import { Simulation } from "../sim/simulation.ts";
import { requestFrame, startServer, type AbciClient } from "../support/abci.ts";
import { Replica, testRegistry } from "../support/driverReplica.ts";
import { seededRandom } from "../support/seededRandom.ts";

const seed = Number(process.env["TEST_SEED"] ?? "1");
const replay = `replay: TEST_SEED=${seed} npx tsx --test test/chain/sockets.test.ts`;
const blocks = 60;

type Ask = (below: number) => number;

/** One call after a random while, its bytes in two writes with a random while between them. */
async function call(client: AbciClient, request: DeepPartial<Request>, below: Ask) {
  await pause(below(3));
  const frame = requestFrame(request);
  const cut = below(frame.length);
  client.socket.write(frame.subarray(0, cut));
  if (below(2) === 0) await pause(below(3));
  client.socket.write(frame.subarray(cut));
  const [answer] = await client.take(1);
  return answer ?? assert.fail(`expected an answer; ${replay}`);
}

describe("four connections, their calls in any order", () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-sockets-"));
  const path = join(folder, "blocks.jsonl");
  let recorded: Recorded;
  after(() => rmSync(folder, { recursive: true, force: true }));

  before(async () => {
    const recorder = new Recorder(path);
    await new Simulation({ seed, blocks, record: recorder.record }).run();
    recorder.close();
    recorded = readRecording(path);
  });

  for (const schedule of [1, 2, 3, 4]) {
    it(`D13: give the app hashes and results of one connection, schedule ${schedule}`, async (test) => {
      const below = seededRandom(seed * 10 + schedule);
      const chainId = recorded.init.chainId;
      const replica = new Replica({ chainId, storage: "memory", minGasPrices: [] });
      replica.app.initChain(recorded.init);
      const fixture = await startServer(replica.app);
      const [consensus, mempool, queries, snapshots] = [
        ...[await fixture.open(), await fixture.open(), await fixture.open(), await fixture.open()],
      ];
      assert.ok(consensus && mempool && queries && snapshots);
      const done = { value: false };
      const txs = recorded.blocks.flatMap(({ request }) => request.txs);
      const paths = [...testRegistry().queries.keys()];
      const none = new Uint8Array();
      const hammer = async (client: AbciClient, next: () => DeepPartial<Request>) => {
        let calls = 0;
        for (; !done.value; calls++) {
          const { exception } = await call(client, next(), below);
          assert.equal(exception, undefined, replay);
        }
        return calls;
      };
      const others = [
        hammer(mempool, () => ({
          checkTx: { tx: txs[below(txs.length)] ?? none, type: below(2) },
        })),
        hammer(queries, () => ({
          query: { path: paths[below(paths.length)] ?? "", data: none, height: 0n, prove: false },
        })),
        hammer(snapshots, () =>
          below(2) === 0 ? { listSnapshots: {} } : { info: { version: "0.38.25" } },
        ),
      ];
      try {
        for (const { request, hash, answer } of recorded.blocks) {
          const { processProposal } = await call(
            consensus,
            { processProposal: { ...request, proposedLastCommit: { round: 0, votes: [] } } },
            below,
          );
          assert.ok(processProposal !== undefined);
          const { finalizeBlock } = await call(consensus, { finalizeBlock: request }, below);
          const got = toHex(finalizeBlock?.appHash ?? none);
          assert.equal(got, hash, `height ${request.height}; ${replay}`);
          assert.ok(finalizeBlock !== undefined);
          assert.equal(
            toHex(answerHash(finalizeBlock)),
            answer,
            `height ${request.height}; ${replay}`,
          );
          await call(consensus, { commit: {} }, below);
        }
      } finally {
        done.value = true;
        await Promise.allSettled(others);
      }
      const calls = await Promise.all(others);
      assert.ok(
        calls.every((count) => count > recorded.blocks.length / 2),
        `calls: ${calls.join()}`,
      );
      const sum = calls.reduce((a, b) => a + b, 0);
      test.diagnostic(`reliability: calls between those of a block = ${sum}`);
      // Junk in a proposal is told; nothing else may be.
      const alarms = replica.state.alarms.filter((alarm) => !alarm.startsWith("proposal "));
      assert.deepEqual(alarms, []);
      await fixture.stop();
      await replica.stop();
    });
  }
});
