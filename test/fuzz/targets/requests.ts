import assert from "node:assert/strict";
import { Request, type ResponseQuery } from "cosmjs-types/tendermint/abci/types";
import { answerFrame } from "../../../app/abci/dispatch.ts";
import { ProtocolError } from "../../../app/abci/frames.ts";
import { StartError } from "../../../app/errors.ts";
import { BugError, FatalError } from "../../../core/errors.ts";
import { send } from "../../support/chainSends.ts";
import { startChain, type TestChain } from "../../support/driver.ts";
import type { TestKey } from "../../support/keys.ts";
import type { Random } from "../bytesEdits.ts";
import { corpusTxs } from "../corpus.ts";
import type { Target } from "../harness.ts";
import { Mutator } from "../mutate.ts";
import { requestSeeds } from "./abciFrames.ts";

/** Requests of every kind to the real app. What CometBFT alone can send may end the process, by a named error. */
export const requestsTarget: Target = {
  name: "ABCI requests",
  inputs: 100_000,
  heapBound: 32 * 1024 * 1024,
  make(random) {
    const chain = started();
    const control = started();
    const mutator = new Mutator(random, seedsOf(chain, random));
    const facts: Record<string, number> = { "named ends": 0 };
    return {
      next: () => mutator.next(),
      run(bytes) {
        const kind = kindOf(bytes);
        // A second genesis and a commit of what was not decided are CometBFT's to get right.
        if (kind === "initChain" || kind === "commit") return "rejected";
        facts[kind] = (facts[kind] ?? 0) + 1;
        try {
          assert.ok(!(answerFrame(chain.first.app, bytes) instanceof Promise));
          noBugs(chain);
          return "accepted";
        } catch (error) {
          const named = [ProtocolError, FatalError, StartError].some(
            (type) => error instanceof type,
          );
          // At block level a broken promise ends the process too; only FinalizeBlock is at block level.
          if (!named && !(error instanceof BugError && kind === "finalizeBlock")) throw error;
          facts["named ends"] = (facts["named ends"] ?? 0) + 1;
          return "rejected";
        }
      },
      end() {
        const [alice, bob] = chain.accounts as [TestKey, TestKey];
        const tx = control.tx(alice, send(alice, bob));
        chain.finalize([tx]);
        control.finalize([tx]);
        assert.deepEqual(chain.appHash, control.appHash);
      },
      facts: () => facts,
    };
  },
};

function started(): TestChain {
  const chain = startChain({ accounts: 3 });
  const [alice, bob] = chain.accounts as [TestKey, TestKey];
  for (let i = 0; i < 3; i++) chain.mustRun(alice, send(alice, bob));
  return chain;
}

function seedsOf(chain: TestChain, random: Random): Uint8Array[] {
  const [alice, bob] = chain.accounts as [TestKey, TestKey];
  const txs = [chain.tx(alice, send(alice, bob)), ...corpusTxs().slice(0, 3)];
  const block = chain.nextRequest(txs);
  const requests = [
    { finalizeBlock: block },
    { finalizeBlock: { ...block, txs: [] } },
    { processProposal: block },
    {
      prepareProposal: { ...block, maxTxBytes: 100_000n, localLastCommit: { round: 0, votes: [] } },
    },
    ...txs.map((tx) => ({ checkTx: { tx, type: 0 } })),
    { checkTx: { tx: txs[0] ?? new Uint8Array(), type: 1 } },
    { query: { path: "/app/simulate", data: txs[0] ?? new Uint8Array() } },
  ];
  const real = requests.map((request) => Request.encode(Request.fromPartial(request)).finish());
  return [...requestSeeds(random), ...real, ...real];
}

function kindOf(bytes: Uint8Array): string {
  try {
    const request = Request.decode(bytes) as unknown as Record<string, ResponseQuery | undefined>;
    return Object.keys(request).find((name) => request[name] !== undefined) ?? "none";
  } catch {
    return "unreadable";
  }
}

/** Alarms tell of refused proposals; one of an exception that is no refusal is a bug. */
function noBugs(chain: TestChain): void {
  const lines = chain.alarms().filter((line) => line.startsWith("transaction:"));
  for (const { state } of chain.replicas) state.alarms.length = 0;
  assert.deepEqual(lines, []);
}
