import { parseArgs } from "node:util";
import { assertNative } from "../../app/crypto/native.ts";
import { resolveComet } from "../../cli/comet/resolve.ts";
import { selection } from "./g8Selection.ts";
import { latency } from "./latency.ts";
import { pipeline } from "./pipeline.ts";
import { transfers } from "./transfers.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    sends: { type: "string", default: "20000" },
    profile: { type: "string" },
    tasks: { type: "string", default: "20" },
  },
});
const wanted = values.only?.split(",");
const selected = (name: string): boolean => wanted?.includes(name) ?? true;
const log = (line: string): void => void process.stderr.write(`${line}\n`);

// A fallback in JavaScript would be measured instead (PERFORMANCE 5, P1).
assertNative();
const { path: comet } = await resolveComet({ env: process.env, allowInstall: true, log });
if (selected("selection")) selection(10_000, 7);
if (selected("latency")) await latency(comet, Number(values.tasks));
if (selected("pipeline")) await pipeline(comet, Number(values.sends), values.profile);
if (selected("transfers")) await transfers(comet, Number(values.sends));
