import { existsSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** What is neither ours nor source. */
const skipped = new Set(["node_modules", "dist", ".git", ".data"]);

/** All files below a folder of `root`, relative to `root`, with `/`, sorted. */
export function filesUnder(root, folder) {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  const walk = (at) =>
    readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
      const path = join(at, entry.name);
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : walk(path);
      return entry.isFile() ? [relative(root, path).split(sep).join("/")] : [];
    });
  return walk(start).sort((a, b) => (a < b ? -1 : 1));
}
