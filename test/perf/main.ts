import { parseArgs } from "node:util";
import { resolveComet } from "../../cli/comet/resolve.ts";
import { assertNative } from "../../app/crypto/native.ts";
import { transfers } from "./transfers.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    sends: { type: "string", default: "20000" },
    runs: { type: "string", default: "20" },
  },
});
const wanted = values.only?.split(",");
const selected = (name: string): boolean => wanted?.includes(name) ?? true;

// A fallback in JavaScript would be measured instead (PERFORMANCE 5, P1).
assertNative();
const { path } = await resolveComet({
  env: process.env,
  allowInstall: true,
  log: (line) => process.stderr.write(`${line}\n`),
});
if (selected("transfers")) await transfers(path, Number(values.sends));
