import { Command, InvalidArgumentError } from "commander";

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError(`expected a whole number from 1 on, got ${text}`);
  return value;
}

export type BenchOptions = {
  readonly only?: string[];
  readonly sends: number;
  readonly tasks: number;
  readonly accounts: number;
  readonly blocks: number;
  readonly growth: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly profile?: string;
};

/** The flags of `npm run bench`; `known` are the names that --only takes. Prints help or what is wrong, and ends. */
export function benchOptions(known: readonly string[]): BenchOptions {
  return new Command("npm run bench --")
    .description("Rows G1 to G13 of docs/PERFORMANCE.md, with bar and verdict.")
    .option("--only <names>", `a part: ${known.join(", ")}`, (text) => namesOf(text, known))
    .option("--sends <n>", "G1, G2: bank sends of a round", whole, 20_000)
    .option("--rounds <n>", "G2: rounds of all chains", whole, 5)
    .option("--tasks <n>", "G7: tasks for each number of validators", whole, 200)
    .option("--accounts <n>", "G9: accounts in the state", whole, 1_000_000)
    .option("--blocks <n>", "G9, G11: blocks to replay", whole, 2_000)
    .option("--growth <n>", "blocks of the chain whose stores are measured", whole, 10_000)
    .option("--minutes <n>", "G5: minutes without a transaction", whole, 10)
    .option("--seconds <n>", "G13: seconds of flood", whole, 60)
    .option("--profile <folder>", "pipeline: write a CPU profile there")
    .parse()
    .opts<BenchOptions>();
}

function namesOf(text: string, known: readonly string[]): string[] {
  const names = text.split(",");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`expected of ${known.join(", ")}, got ${unknown}`);
  return names;
}
