import { Command, InvalidArgumentError, Option } from "commander";

const parts = ["sim", "crash", "fuzz", "planted"] as const;
export type PartName = (typeof parts)[number];

export type SoakOptions = {
  readonly only: readonly PartName[];
  readonly blocks: number;
  readonly kills: number;
  readonly inputs: number;
  readonly hours: number;
  readonly seed?: number;
  readonly patches?: readonly string[];
};

/** The flags of `npm run soak`. Prints help or what is wrong, and ends. */
export function soakOptions(): SoakOptions {
  const text = `Tries for hours what CI tries for minutes, and goes on where earlier runs of the same consensus code ended.
One line of facts for each batch is appended to test/soak/results.jsonl; a failure stays there and ends with code 1.`;
  return new Command("npm run soak --")
    .description(text)
    .addOption(
      new Option("--only <parts>", `of ${parts.join(", ")}`)
        .argParser(partsOf)
        .default(["sim", "crash", "fuzz"], "sim,crash,fuzz"),
    )
    .option("--blocks <n>", "sim: blocks in all", positive, 1_000_000)
    .option("--kills <n>", "crash: kills of the app in all", positive, 10_000)
    .option("--inputs <n>", "fuzz: inputs of all targets in all", positive, 100_000_000)
    .option("--hours <h>", "end sooner", positive, 1_000)
    .option("--seed <n>", "begin with this seed instead of the first new one", positive)
    .option("--patches <texts>", "planted: patches whose names hold one of these", commas)
    .parse()
    .opts<SoakOptions>();
}

const commas = (text: string): string[] => text.split(",");

function partsOf(text: string): PartName[] {
  return commas(text).map((name) => {
    const part = parts.find((known) => known === name);
    if (part === undefined)
      throw new InvalidArgumentError(`expected of ${parts.join(", ")}, got ${name}`);
    return part;
  });
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= Number.MAX_SAFE_INTEGER))
    throw new InvalidArgumentError(`expected a number above 0, got ${text}`);
  return value;
}
