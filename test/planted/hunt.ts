// `node dist/test/planted/hunt.js SEED BLOCKS`: runs from seed to seed until something is wrong. The last line says
// what: ends with 1 when something was found, with 0 when nothing was.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Recorder } from "../sim/recording.ts";
import { Simulation } from "../sim/simulation.ts";
import { replay } from "../sim/variants.ts";
import { brokenCode } from "./rot.ts";

const [first = "1", most = "3000"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "assay-hunt-"));
const recording = join(folder, "blocks.jsonl");

/** What one run finds: by itself, or by its blocks in processes that end and begin at other heights. */
async function hunt(seed: number): Promise<{ blocks: number; text?: string }> {
  const recorder = new Recorder(recording);
  const simulation = new Simulation({ seed, blocks: 250, record: recorder.record });
  try {
    await simulation.run();
  } catch (error) {
    return { blocks: simulation.facts.blocks, text: textOf(error) };
  } finally {
    recorder.close();
  }
  const { blocks } = simulation.facts;
  const text = await replay({ name: "other processes", stops: [60, 61, 150] }, recording);
  return text === undefined ? { blocks } : { blocks, text: `replay: ${textOf(text)}` };
}

function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const whole = error instanceof Error ? `${error.name}: ${text}` : text;
  // In front of what may be cut: it tells a broken build from a bug that was found.
  const broken = brokenCode(whole);
  return (broken === undefined ? text : `${broken}: ${text}`).replace(/\s+/g, " ").slice(0, 400);
}

let blocks = 0;
let text: string | undefined;
for (let seed = Number(first); text === undefined && blocks < Number(most); seed++) {
  const result = await hunt(seed);
  blocks += result.blocks;
  text = result.text;
}
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify({ blocks, text: text ?? "nothing found" }));
process.exitCode = text === undefined ? 0 : 1;
