// `node dist/test/sim/replay.js FILE HOME [UNTIL]`: a node of its own that is given the recorded blocks, from where
// HOME stands to UNTIL; ends with 1 at the first app hash that differs. SHIFT_CLOCK moves the machine's clock by ms.
import { createHandlers } from "../../app/app.ts";
import { appCrypto } from "../../app/appCrypto.ts";
import { loadDescriptors } from "../../app/appDescriptors.ts";
import { buildRegistry } from "../../app/appRegistry.ts";
import { ChainState } from "../../app/appState.ts";
import { openDb } from "../../app/db/index.ts";
import { modules } from "../../app/modules.ts";
import { toHex } from "../../core/bytes.ts";
import { readRecording } from "./recording.ts";

const shift = Number(process.env["SHIFT_CLOCK"] ?? "0");
if (shift !== 0) {
  const Machine = Date;
  globalThis.Date = class extends Machine {
    constructor(...args: [] | [number]) {
      if (args.length === 0) super(Machine.now() + shift);
      else super(...args);
    }
    static override now(): number {
      return Machine.now() + shift;
    }
  } as DateConstructor;
}

const [file = "", home = "", until = "1000000000"] = process.argv.slice(2);
const { init, blocks } = readRecording(file);
const registry = buildRegistry(modules, loadDescriptors());
const { chainId } = init;
const db = openDb(home, { chainId, stores: registry.stores, snapshotEvery: 100n });
const state = new ChainState(
  {
    ...{ chainId, version: "replay", minGasPrices: [], minRetainBlocks: 0n },
    ...{ queryGasLimit: 1_000_000n, haltHeight: 0n, beaconSecret: undefined },
  },
  registry,
  db,
  appCrypto(),
);
const app = createHandlers(state);
if (db.lastHeight === 0n) app.initChain(init);
for (const { request, hash } of blocks) {
  if (request.height <= db.lastHeight) continue;
  if (request.height > BigInt(until)) break;
  const got = toHex(app.finalizeBlock(request).appHash);
  app.commit({});
  if (got !== hash) {
    console.log(`height ${request.height}: app hash: expected ${hash}, got ${got}`);
    process.exitCode = 1;
    break;
  }
}
console.log(`replayed to ${db.lastHeight}`);
await db.close();
