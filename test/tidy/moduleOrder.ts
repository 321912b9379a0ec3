import ts from "typescript";
import { importsOf } from "./tree.ts";

/**
 * The modules in the order of app/modules.ts: the first array literal whose elements are all imported
 * from `modules/<name>/index.ts`.
 */
export function orderOf(source: string): string[] {
  const file = ts.createSourceFile("modules.ts", source, ts.ScriptTarget.Latest, true);
  const folderOf = new Map<string, string>();
  let order: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) rememberImport(node, folderOf);
    if (ts.isArrayLiteralExpression(node) && order.length === 0) {
      const folders = node.elements.map((element) => folderOf.get(element.getText(file)));
      if (folders.every((folder) => folder !== undefined)) order = folders;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return order;
}

function rememberImport(node: ts.ImportDeclaration, folderOf: Map<string, string>): void {
  if (!ts.isStringLiteral(node.moduleSpecifier)) return;
  const folder = /\/modules\/(\w+)\/index\.ts$/.exec(node.moduleSpecifier.text)?.[1];
  const names = node.importClause?.namedBindings;
  if (folder === undefined || names === undefined) return;
  if (ts.isNamespaceImport(names)) folderOf.set(names.name.text, folder);
  else for (const { name } of names.elements) folderOf.set(name.text, folder);
}

/** Imports that do not go down the list through a door, as `file -> specifier`. */
export function upwardImports(
  order: readonly string[],
  files: ReadonlyMap<string, string>,
): string[] {
  const wrong: string[] = [];
  for (const [file, source] of files) {
    const own = file.split("/")[1] ?? "";
    for (const specifier of importsOf(source)) {
      const path = new URL(specifier, `file:///${file}`).pathname.slice(1).split("/");
      const other = path[1] ?? "";
      if (!specifier.startsWith(".") || path[0] !== "modules" || other === own) continue;
      const down = order.includes(other) && order.indexOf(other) < order.indexOf(own);
      if (!down || path.slice(2).join("/") !== "index.ts") wrong.push(`${file} -> ${specifier}`);
    }
  }
  return wrong;
}
