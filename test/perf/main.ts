import { assertNative } from "../../app/crypto/native.ts";
import { treeHasherName } from "../../app/crypto/treeHasher.ts";
import { resolveComet } from "../../cli/comet/resolve.ts";
import { trees, verifiers } from "./anchors.ts";
import { atTheCaps } from "./caps.ts";
import { idle, loneSend } from "./chain4.ts";
import { selection } from "./g8Selection.ts";
import { footprint } from "./footprint.ts";
import { mempool } from "./g13Mempool.ts";
import { growth } from "./growth.ts";
import { joiningNode } from "./joining.ts";
import { latency } from "./latency.ts";
import { pipeline, sendCosts } from "./pipeline.ts";
import { benchOptions, type BenchOptions } from "./options.ts";
import { blockSync, largeState, restartedState } from "./replay.ts";
import { writeTable } from "./table.ts";
import { transfers } from "./transfers.ts";

type Bench = (comet: string, options: BenchOptions) => Promise<void> | void;

/** In the order of running; --only takes names and ids. */
const benches: readonly (readonly [names: string, run: Bench])[] = [
  [
    "selection,G8",
    async () => {
      for (const nodes of [10_000, 100_000]) await selection(nodes, 15);
    },
  ],
  ["caps,P12", () => Promise.resolve(atTheCaps())],
  ["verify,G4", verifiers],
  ["trees,G3", trees],
  ["pipeline", (comet, { sends, profile }) => pipeline(comet, sends, profile)],
  [
    "transfers,G1,G2",
    async (comet, { sends, rounds }) => {
      await transfers(comet, sends, rounds);
      await sendCosts(comet);
    },
  ],
  [
    "sync,G11",
    async (comet, { blocks, sends }) => {
      await blockSync(comet, blocks);
      await joiningNode(comet, sends);
    },
  ],
  ["restart,G10", restartedState],
  ["large,G9", (comet, { accounts, blocks }) => largeState(comet, accounts, blocks)],
  ["latency,G7", (comet, { tasks }) => latency(comet, tasks)],
  ["lone,G6", (comet) => loneSend(comet, 1_000)],
  ["mempool,g13,G13", (comet, { seconds }) => mempool(comet, seconds)],
  ["footprint,G13", footprint],
  ["growth", async (comet, options) => void (await growth(comet, options.growth))],
  ["idle,G5", (comet, { minutes }) => idle(comet, minutes)],
];
const options = benchOptions([...new Set(benches.flatMap(([names]) => names.split(",")))]);
const log = (line: string): void => void process.stderr.write(`${line}\n`);

// A fallback in JavaScript would be measured instead (PERFORMANCE 5, P1).
assertNative();
if (treeHasherName() !== "wasm-simd") throw new Error("no WebAssembly SIMD: the tree fell back");
const { path: comet } = await resolveComet({ env: process.env, allowInstall: true, log });

const isWanted = (names: string): boolean =>
  options.only === undefined || names.split(",").some((name) => options.only?.includes(name));
for (const [names, run] of benches.filter(([names]) => isWanted(names))) {
  try {
    await run(comet, options);
  } catch (error) {
    // The other rows are worth their time all the same.
    process.exitCode = 1;
    log(
      `  FAIL  ${names}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}
writeTable();
