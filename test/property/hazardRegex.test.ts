import assert from "node:assert/strict";
import { describe, it } from "node:test";
import ts from "typescript";
import { filesUnder, read } from "../tidy/tree.ts";

const shipped = ["app", "cli", "client", "core", "executor", "localnet", "modules", "solo"];
const length = 65_536;
const limitMs = 10;

type Found = { readonly file: string; readonly source: string; readonly flags: string };

/** Regular expressions of a source, and the places where one is made of something else. */
function expressionsOf(file: string, text: string): { found: Found[]; made: string[] } {
  const found: Found[] = [];
  const made: string[] = [];
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      found.push({ file, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    if (ts.isNewExpression(node) && node.expression.getText() === "RegExp") made.push(file);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { found, made };
}

/** Letters that lead into every loop of it, alone and in pairs, and an end that fits none. */
function worstStrings({ source }: Found): string[] {
  const literal = [...source].filter((char) => !"\\^$.*+?()[]{}|".includes(char));
  const letters = [...new Set([...literal.slice(0, 8), "a", "0", " ", "\n", '"', "A", "-", "."])];
  const pumps = letters.flatMap((a) => letters.map((b) => (a === b ? a : a + b)));
  return pumps.flatMap((pump) => {
    const body = pump.repeat(length / pump.length);
    return [`${body}\u0000`, `${literal.join("")}${body}\u0000`];
  });
}

/** All matches where it looks for all; the best of five, since other programs run too. */
function msOf({ source, flags }: Found, text: string): number {
  const expression = new RegExp(source, flags);
  let best = Infinity;
  for (let run = 0; run < 5 && best >= limitMs; run++) {
    const from = process.cpuUsage();
    expression.lastIndex = 0;
    if (expression.global) text.replace(expression, "");
    else expression.exec(text);
    const { user, system } = process.cpuUsage(from);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}

describe("regular expressions", () => {
  const all = shipped
    .flatMap((folder) => filesUnder(folder))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && !file.includes("/gen/"))
    .map((file) => ({ file, ...expressionsOf(file, read(file)) }));

  it("D15: are in no module and nowhere in the kernel, and none is made of a text", () => {
    assert.ok(all.length > 300, `files: ${all.length}`);
    const inKernel = all.filter(({ file }) => /^(core|modules)\//.test(file));
    assert.deepEqual(
      inKernel.flatMap(({ found }) => found),
      [],
    );
    assert.deepEqual(
      all.flatMap(({ made }) => made),
      [],
    );
  });

  it("D15: take less than 10 ms for the worst strings of 64 KiB", (test) => {
    let tried = 0;
    for (const one of all.flatMap(({ found }) => found)) {
      for (const text of worstStrings(one)) {
        const ms = msOf(one, text);
        const start = JSON.stringify(text.slice(0, 40));
        assert.ok(ms < limitMs, `${one.file}: /${one.source}/ took ${ms} ms for ${start}...`);
        tried += 1;
      }
    }
    assert.ok(tried > 2_000, `tried ${tried}`);
    test.diagnostic(`reliability: worst strings for regular expressions = ${tried}`);
  });

  it("D15: one that backtracks is found by the same strings", () => {
    const cases = [
      ["(a+)+$", 24],
      ["^(a|a)*b", 24],
      ["\\s+$", 8_000],
    ] as const;
    for (const [source, most] of cases) {
      const one = { file: "", source, flags: "" };
      const short = worstStrings(one).map((text) => text.slice(0, most) + text.slice(-1));
      const bad = short.some((text) => msOf(one, text) >= limitMs);
      assert.ok(bad, source);
    }
  });
});
