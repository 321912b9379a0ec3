import { builtinModules } from "node:module";
import { importsOf } from "./tree.ts";

/** The npm packages that sources import, without Node's own modules. */
export function packagesOf(sources: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const source of sources) {
    for (const specifier of importsOf(source)) {
      if (specifier.startsWith(".") || specifier.startsWith("node:")) continue;
      const parts = specifier.split("/");
      const name = specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
      if (!builtinModules.includes(name)) found.add(name);
    }
  }
  return [...found].sort((a, b) => (a < b ? -1 : 1));
}
