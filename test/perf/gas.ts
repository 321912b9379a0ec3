import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gasFigures } from "../support/gasExamples.ts";
import { gasPage, goldenText } from "../support/gasPage.ts";
import { root } from "../tidy/tree.ts";

const figures = gasFigures();
for (const [file, text] of [
  ["docs/GAS.md", gasPage(figures)],
  ["test/vectors/data/gas.json", goldenText(figures)],
] as const) {
  writeFileSync(join(root, file), text);
  process.stdout.write(`${file}: ${figures.length} examples\n`);
}
