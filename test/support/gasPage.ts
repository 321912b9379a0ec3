import { divCeil } from "../../core/math/integers.ts";
import { gasCosts } from "../../core/gas.ts";
import type { GasFigure } from "./gasExamples.ts";

/** The golden file: one line an example, in the order of the examples. */
export function goldenText(figures: readonly GasFigure[]): string {
  const rows = figures.map(({ message, example, gas }) => [message, example, Number(gas)]);
  return `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(",\n")}\n]\n`;
}

const words = (typeUrl: string): string => typeUrl.slice(1);
const grouped = (value: bigint): string => value.toLocaleString("en-US");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Two examples that differ in size alone give what one more unit costs; a part of a unit of gas counts as one. */
function unitRows(figures: readonly GasFigure[]): string[][] {
  const rows: string[][] = [];
  for (const one of figures) {
    const { units } = one;
    if (units === undefined) continue;
    const other = figures.find(
      ({ message, units: more }) =>
        message === one.message && more?.of === units.of && more.count > units.count,
    );
    if (other?.units === undefined) continue;
    const each = divCeil(other.gas - one.gas, BigInt(other.units.count - units.count));
    const fixed = one.gas - each * BigInt(units.count);
    rows.push([words(one.message), units.of, grouped(fixed), grouped(each)]);
  }
  return rows;
}

/** docs/GAS.md. */
export function gasPage(figures: readonly GasFigure[]): string {
  const examples = figures.map(({ message, example, gas }) => [
    words(message),
    example,
    grouped(gas),
  ]);
  const { has, delete: remove, readFlat, readPerByte, writeFlat, writePerByte } = gasCosts;
  return `# Gas

Written by \`npm run gas\` from transactions that ran on the whole app in one process (\`test/support/gasExamples.ts\`).
\`test/vectors/gas.test.ts\` fails when one figure changes: gas is hashed, so that a change forks the chain. Then run the
command again, and say so in CHANGELOG.md.

## What is counted

A transaction pays for its bytes (10 a byte of TxRaw), for each signature (1,000 a secp256k1 key), and for what it
does to the store, at the Cosmos SDK's prices: read ${readFlat} + ${readPerByte} a byte of key and value, write
${writeFlat} + ${writePerByte} a byte, look whether a key is there ${has}, delete ${remove}, and a step of a walk
${gasCosts.stepFlat} + ${gasCosts.stepPerByte} a byte. MsgPublishRelease pays for the author's signature on top.

## Standard examples

One signer whose key is known, a fee of 5000uassay, no memo; 8 nodes serve the service. All gas of the transaction,
fee and signature included.

${table(["message", "example", "gas"], examples)}

## By size

Gas = fixed + units x each, for the standard example otherwise.

${table(["message", "unit", "fixed", "each"], unitRows(figures))}

## Simulation

The same transaction simulates to exactly the gas that it uses in the next block, as long as nothing that it touches
changed in between: \`test/vectors/gas.test.ts\` sends every example with the simulated gas as its limit. Simulated
without a fee, as CosmJS and our client do, the fee itself is missing, which is part of the margin below.

What others do meanwhile moves it both ways: a balance, height or counter with one more digit or byte costs 30 to 36,
a record that somebody made or took away first some thousands. \`assay\` and the client library take the simulated gas
x 1.3 + 20,000, CosmJS x 1.4 of it; the test runs simulations that others overtook, without a fee, with both margins.
A task that is drawn between simulation and block
makes the requests after it cost more, and the first post of an epoch writes more (about 1,300): the examples wait for
both. The executor does not simulate its posts: a post that ran out of gas would be slashed as silence (\`executor/submit.ts\`).
`;
}
