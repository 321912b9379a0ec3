// `node dist/test/sim/once.js SEED BLOCKS [disk]`: one run, its facts as JSON; for replaying a seed.
import { Simulation } from "./simulation.ts";

const [seed = "1", blocks = "500", disk] = process.argv.slice(2);
const simulation = new Simulation({
  seed: Number(seed),
  blocks: Number(blocks),
  disk: disk === "disk",
});
const startedAt = performance.now();
try {
  await simulation.run();
} catch (error) {
  console.log(`height ${simulation.net.height}: ${String(error)}`);
  if (process.env["STACK"] !== undefined) console.log((error as Error).stack);
  process.exitCode = 1;
}
const { facts } = simulation;
const seconds = (performance.now() - startedAt) / 1000;
console.log(JSON.stringify({ ...facts, seconds }, undefined, 1));
