// `npx tsx test/sim/makeGolden.ts [SEED]` records the golden chain anew, of the first seed from SEED on whose run reaches
// every state: after a change that breaks consensus, together with its line in CHANGELOG.md.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { goldenChain } from "./golden.ts";
import { Recorder } from "./recording.ts";
import { Simulation } from "./simulation.ts";
import { missingOf } from "./slice.ts";

const blocks = 1_000;
const folder = mkdtempSync(join(tmpdir(), "assay-golden-"));
const path = join(folder, "blocks.jsonl");

async function record(seed: number): Promise<boolean> {
  const recorder = new Recorder(path);
  const simulation = new Simulation({ seed, blocks, record: recorder.record });
  await simulation.run();
  recorder.close();
  const missing = missingOf(simulation.tallies);
  console.log(`seed ${seed}: ${simulation.net.height} blocks, not reached: ${missing.join(", ")}`);
  return missing.length === 0;
}

try {
  let seed = Number(process.argv[2] ?? "1");
  while (!(await record(seed))) seed++;
  const packed = gzipSync(readFileSync(path), { level: 9 });
  writeFileSync(goldenChain, packed);
  console.log(`${packed.length} bytes in ${goldenChain}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
