import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { filesUnder as below } from "./files.mjs";

/** The repository, found from dist/test as well as from test. */
export const root = findRoot(import.meta.dirname);

function findRoot(folder: string): string {
  if (existsSync(join(folder, "eslint.config.mjs"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error("repository: expected eslint.config.mjs above, got none");
  return findRoot(parent);
}

export function filesUnder(folder: string, from = root): string[] {
  return below(from, folder);
}

export function read(file: string): string {
  const path = join(root, file);
  if (!existsSync(path)) throw new Error(`${file}: expected a file, got none`);
  return readFileSync(path, "utf8");
}

/** The specifiers of a source's imports, re-exports, `import()` and `require()`. */
export function importsOf(source: string): string[] {
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
}
