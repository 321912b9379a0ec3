// `node dist/test/sim/replay.js FILE HOME [UNTIL]`: a node of its own that is given the recorded blocks, from where
// HOME stands to UNTIL; ends with 1 at the first app hash or answer that differs. SHIFT_CLOCK moves the machine's clock by ms,
// BARE_GLOBALS takes it away with luck, locale and network, FROZEN
// keeps every prototype as it is, BLOCK_CPU_MS is what 99 of 100 blocks may take.
import { createHandlers } from "../../app/app.ts";
import { appCrypto } from "../../app/appCrypto.ts";
import { loadDescriptors } from "../../app/appDescriptors.ts";
import { buildRegistry } from "../../app/appRegistry.ts";
import { ChainState } from "../../app/appState.ts";
import { assertNative } from "../../app/crypto/native.ts";
import { openDb } from "../../app/db/index.ts";
import { modules } from "../../app/modules.ts";
import { toHex } from "../../core/bytes.ts";
import { answerHash, genesisHash } from "./answers.ts";
import { freezeIntrinsics, withBareGlobals } from "./bareGlobals.ts";
import { probes } from "./probes.ts";
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

assertNative();
if (process.env["FROZEN"] === "1") freezeIntrinsics();

const [file = "", home = "", until = "1000000000"] = process.argv.slice(2);
const { init, begun, blocks } = readRecording(file);
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
const genesis = db.lastHeight === 0n ? toHex(genesisHash(app.initChain(init))) : begun;
if (genesis !== begun) {
  console.log(`genesis: expected ${begun}, got ${genesis}`);
  process.exit(1);
}
const cpuMs: number[] = [];
const bare = process.env["BARE_GLOBALS"] === "1";
for (const { request, hash, answer } of blocks) {
  if (request.height <= db.lastHeight) continue;
  if (request.height > BigInt(until)) break;
  const before = process.cpuUsage();
  const own = bare ? withBareGlobals(() => app.finalizeBlock(request)) : app.finalizeBlock(request);
  const { user, system } = process.cpuUsage(before);
  cpuMs.push((user + system) / 1_000);
  app.commit({});
  const pairs = [
    ["app hash", hash, toHex(own.appHash)],
    ["results and validators", answer, toHex(answerHash(own))],
  ] as const;
  const differs = pairs.find(([, expected, got]) => expected !== got);
  if (differs !== undefined) {
    const [what, expected, got] = differs;
    console.log(`height ${request.height}: ${what}: expected ${expected}, got ${got}`);
    process.exitCode = 1;
    break;
  }
}
const most = Number(process.env["BLOCK_CPU_MS"] ?? "Infinity");
const p99 = cpuMs.toSorted((a, b) => a - b)[Math.floor(cpuMs.length * 0.99)] ?? 0;
if (p99 > most) {
  console.log(`CPU of 99 of 100 blocks: expected at most ${most} ms, got ${p99}`);
  process.exitCode = 1;
}
for (const line of probes()) console.log(line);
console.log(`replayed to ${db.lastHeight}`);
await db.close();
