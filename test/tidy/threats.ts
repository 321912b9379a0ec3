import ts from "typescript";

const id = /\b([A-Z]\d{1,2})\b/g;
const testFunctions = new Set(["describe", "it", "test", "suite"]);

/** The ids that the names of a source's tests carry, `X12` of `X12: a censored reveal ...`. */
export function idsInTestNames(source: string): string[] {
  const file = ts.createSourceFile("x.test.ts", source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const name = ts.isCallExpression(node) ? testName(node) : undefined;
    if (name !== undefined) found.push(...idsIn(name));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function testName(call: ts.CallExpression): string | undefined {
  const callee = call.expression.getText().split(".")[0] ?? "";
  const [first] = call.arguments;
  if (!testFunctions.has(callee) || first === undefined) return undefined;
  return ts.isStringLiteralLike(first) || ts.isTemplateExpression(first)
    ? first.getText()
    : undefined;
}

export function idsIn(text: string): string[] {
  return [...text.matchAll(id)].map((match) => match[1] ?? "");
}
