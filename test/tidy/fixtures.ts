import { ESLint, type Linter } from "eslint";
import { join, relative } from "node:path";
import { filesUnder, read, root } from "./tree.ts";

const folder = "test/tidy/fixtures";
const cwd = join(root, folder);

/** `file:line rule`, one for each report. */
export type Report = string;

/** What ESLint says about the fixtures, under the very config of the repository. */
export async function reports(): Promise<Report[]> {
  const eslint = new ESLint({ cwd, overrideConfigFile: join(cwd, "eslint.config.mjs") });
  const results = await eslint.lintFiles(["."]);
  return results
    .flatMap(({ filePath, messages }) =>
      messages.map(({ line, ruleId }) => `${relative(cwd, filePath)}:${line} ${ruleId ?? "parse"}`),
    )
    .sort(byText);
}

/** What the fixtures say of themselves: `// bad: rule, rule` on the line, `// bad-next-line:` above. */
export function marks(): Report[] {
  return filesUnder(folder)
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => marksOf(file.slice(folder.length + 1), read(file)))
    .sort(byText);
}

function marksOf(name: string, source: string): Report[] {
  return source.split("\n").flatMap((line, index) => {
    const mark = /\bbad(-next-line)?: (.+)$/.exec(line);
    if (mark === null) return [];
    const at = index + (mark[1] === undefined ? 1 : 2);
    return (mark[2] ?? "").split(", ").map((rule) => `${name}:${at} ${rule}`);
  });
}

/** The rules that are on for a file of the repository. */
export async function activeRules(file: string): Promise<string[]> {
  const eslint = new ESLint({ cwd: root });
  const config = (await eslint.calculateConfigForFile(join(root, file))) as Linter.Config;
  return Object.entries(config.rules ?? {})
    .filter(([, setting]) => (Array.isArray(setting) ? setting[0] : setting) !== 0)
    .map(([name]) => name);
}

/** The names that an option list of a file forbids. */
export async function forbiddenNames(file: string, rule: string): Promise<string[]> {
  const eslint = new ESLint({ cwd: root });
  const config = (await eslint.calculateConfigForFile(join(root, file))) as Linter.Config;
  const setting = config.rules?.[rule];
  const options = (Array.isArray(setting) ? setting.slice(1) : []) as {
    name?: string;
    property?: string;
  }[];
  return options.map(({ name, property }) => name ?? property ?? "");
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
