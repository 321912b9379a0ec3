import path from "node:path";
import { parseArgs } from "node:util";
import { userError } from "../client/index.ts";
import { readEngineName } from "../cli/comet/choose.ts";
import { localnetData } from "../cli/home/programs.ts";
import type { EngineName } from "../cli/supervise/engine.ts";

export type Options = {
  readonly data: string;
  /** Consensus validators; undefined: as in the data, else 1. */
  readonly validators: number | undefined;
  readonly executors: number | undefined;
  readonly portOffset: number | undefined;
  readonly cometbft: string | undefined;
  /** Undefined: as in the data, else CometBFT where it can be had. */
  readonly engine: EngineName | undefined;
  readonly once: boolean;
  readonly reset: boolean;
  readonly json: boolean;
  readonly detach: boolean;
};

const flags = {
  v: { type: "string" },
  executors: { type: "string" },
  "port-offset": { type: "string" },
  cometbft: { type: "string" },
  engine: { type: "string" },
  data: { type: "string" },
  once: { type: "boolean" },
  reset: { type: "boolean" },
  json: { type: "boolean" },
  detach: { type: "boolean" },
  help: { type: "boolean" },
} as const;

export const help = `npm start -- [options]

  --v N             consensus validators: CometBFT and app, 1 to 16 (default 1)
  --executors N     service nodes, 3 to 9 (default 4)
  --once            stop after the demo task: exit code 0 only if it is VALID
  --reset           begin anew: the data of this local network are deleted
  --detach          go on in the background once it is ready (npx assay localnet stop ends it)
  --json            facts as one JSON object on stdout, progress on stderr
  --port-offset N   add N to every port
  --engine NAME     comet, solo (development, no consensus) or auto: CometBFT where it can be had (default)
  --cometbft PATH   CometBFT program
  --data DIR        where everything lies (default localnet/.data)`;

/** Reads the arguments; undefined asks for help. Throws E4011. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parse(args);
  if (values.help === true) return undefined;
  return {
    data: path.resolve(values.data ?? localnetData),
    validators: number("--v", values.v, 1, 16),
    executors: number("--executors", values.executors, 3, 9),
    portOffset: number("--port-offset", values["port-offset"], 0, 30_000),
    cometbft: values.cometbft,
    engine: engineOption(values.engine, values.cometbft),
    once: values.once ?? false,
    reset: values.reset ?? false,
    json: values.json ?? false,
    detach: values.detach ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args].map(asLong), options: flags });
  } catch (error) {
    const actual = error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error);
    throw userError(
      "E4011",
      { field: "arguments", expected: "options of npm start", actual },
      { fix: ["npm start -- --help"] },
    );
  }
}

/** A flag goes before the environment, and who names a CometBFT wants it. */
function engineOption(
  named: string | undefined,
  cometbft: string | undefined,
): EngineName | undefined {
  return readEngineName(named ?? (cometbft === undefined ? process.env["ASSAY_ENGINE"] : "comet"));
}

/** CometBFT's testnet command spells it -v too. */
function asLong(argument: string): string {
  return argument === "-v" ? "--v" : argument;
}

function number(
  field: string,
  text: string | undefined,
  low: number,
  high: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value >= low && value <= high) return value;
  throw userError("E4011", { field, expected: `${low} to ${high}`, actual: text });
}
