import { parseArgs } from "node:util";
import { assertNative } from "../../app/crypto/native.ts";
import { treeHasherName } from "../../app/crypto/treeHasher.ts";
import { resolveComet } from "../../cli/comet/resolve.ts";
import { trees, verifiers } from "./anchors.ts";
import { idle, loneSend } from "./chain4.ts";
import { selection } from "./g8Selection.ts";
import { footprint } from "./footprint.ts";
import { mempool } from "./g13Mempool.ts";
import { growth } from "./growth.ts";
import { latency } from "./latency.ts";
import { pipeline, sendCosts } from "./pipeline.ts";
import { blockSync, largeState } from "./replay.ts";
import { writeTable } from "./table.ts";
import { transfers } from "./transfers.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    sends: { type: "string", default: "20000" },
    tasks: { type: "string", default: "200" },
    accounts: { type: "string", default: "1000000" },
    blocks: { type: "string", default: "2000" },
    growth: { type: "string", default: "10000" },
    minutes: { type: "string", default: "10" },
    profile: { type: "string" },
    seconds: { type: "string", default: "60" },
    rounds: { type: "string", default: "3" },
  },
});
const log = (line: string): void => void process.stderr.write(`${line}\n`);

// A fallback in JavaScript would be measured instead (PERFORMANCE 5, P1).
assertNative();
if (treeHasherName() !== "wasm-simd") throw new Error("no WebAssembly SIMD: the tree fell back");
const { path: comet } = await resolveComet({ env: process.env, allowInstall: true, log });
const [sends, tasks, accounts, blocks, minutes] = [
  ...[values.sends, values.tasks, values.accounts, values.blocks, values.minutes].map(Number),
] as [number, number, number, number, number];

/** In the order of running; --only takes names and ids. */
const benches: readonly (readonly [names: string, run: () => Promise<void> | void])[] = [
  [
    "selection,G8",
    async () => {
      for (const nodes of [10_000, 100_000]) await selection(nodes, 7);
    },
  ],
  ["verify,G4", verifiers],
  ["trees,G3", trees],
  ["pipeline", () => pipeline(comet, sends, values.profile)],
  [
    "transfers,G1,G2",
    async () => {
      await transfers(comet, sends, Number(values.rounds));
      await sendCosts(comet);
    },
  ],
  ["sync,G11", () => blockSync(comet, Math.min(blocks, 1_000))],
  ["large,G9,G10", () => largeState(comet, accounts, blocks)],
  ["latency,G7", () => latency(comet, tasks)],
  ["lone,G6", () => loneSend(comet, 1_000)],
  ["mempool,g13,G13", () => mempool(comet, Number(values.seconds))],
  ["footprint,G13", () => footprint(comet)],
  ["growth", async () => void (await growth(comet, Number(values.growth)))],
  ["idle,G5", () => idle(comet, minutes)],
];
const wanted = values.only?.split(",");
const known = benches.flatMap(([names]) => names.split(","));
const unknown = wanted?.find((name) => !known.includes(name));
if (unknown !== undefined)
  throw new Error(`--only: expected of ${known.join(",")}, got ${unknown}`);
for (const [names, run] of benches) {
  if (wanted !== undefined && !names.split(",").some((name) => wanted.includes(name))) continue;
  try {
    await run();
  } catch (error) {
    // The other rows are worth their time all the same.
    process.exitCode = 1;
    log(
      `  FAIL  ${names}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}
writeTable();
