// `npx tsx test/support/errorsPage.ts` writes docs/ERRORS.md from the table of `assay explain`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { errorTable } from "../../client/errors/index.ts";
import { root } from "../tidy/tree.ts";

const areas: readonly (readonly [string, string])[] = [
  ["E10", "Reaching a node"],
  ["E11", "Node.js"],
  ["E12", "CometBFT and the solo engine"],
  ["E13", "Native code and keys of the beacon"],
  ["E14", "Homes, files, ports"],
  ["E15", "Keys"],
  ["E31", "Transactions"],
  ["E32", "Tasks"],
  ["E33", "Tests on the solo engine"],
  ["E40", "Service files"],
  ["E41", "Artifacts"],
  ["E51", "Serving"],
  ["E90", "Bugs"],
];

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "\\<");

/** docs/ERRORS.md. */
export function errorsPage(): string {
  const rows = (prefix: string): string[] =>
    Object.entries(errorTable)
      .filter(([code]) => code.startsWith(prefix))
      .map(([code, { template, hint, docs }]) => {
        const fix = hint.map((line) => `\`${line.replace(/ {2,}/g, "  ")}\``).join("; ");
        return `| ${code} | ${cell(template)} | ${cell(docs)} | ${fix.replaceAll("|", "\\|")} |`;
      });
  const sections = areas.flatMap(([prefix, title]) => [
    ...["", `## ${title}`, ""],
    ...["| code | what it says | what it means | what to do |", "|---|---|---|---|"],
    ...rows(prefix),
  ]);
  const lines = [
    "# Errors",
    "",
    "Every error of the command, the node, the executor and the local network that a person may meet; `assay explain CODE` shows the same. Written from `client/errors/table.ts` by `npx tsx test/support/errorsPage.ts`. The codes of refused transactions (`sdk/5`, `tasks/11`) are the chain's own: each module's README and `errors.ts` name them.",
    ...sections,
  ];
  return `${lines.join("\n")}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  writeFileSync(join(root, "docs/ERRORS.md"), errorsPage());
