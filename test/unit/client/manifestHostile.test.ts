import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UserError } from "../../../client/errors/index.ts";
import { parseManifest } from "../../../client/manifest/file.ts";

const manifest = (lines: string): string =>
  `sid: a-b\nversion: "1.0.0"\n${lines}\ntasks:\n  echo: { process: { command: [cat] } }\n`;

function refused(text: string): void {
  assert.throws(
    () => parseManifest(text, "service.yml"),
    (error) => error instanceof UserError && error.code === "E4011",
    text.slice(0, 60),
  );
}

describe("service.yml of a stranger", () => {
  it("a list or a number where text belongs is shown, whatever it holds", () => {
    for (const value of ["[1]", "{ a: 1 }", "7", "&a [*a]"]) refused(manifest(`name: ${value}`));
  });

  it("D14: a unit named like a property of every object is no unit", () => {
    for (const unit of ["constructor", "toString", "valueOf"])
      refused(manifest(`min_commitment: 5${unit}`));
  });

  it("B5: aliases that multiply, aliases of nothing and deep nesting are refused", () => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 9; i++) {
      const last = String.fromCharCode(96 + i);
      const next = String.fromCharCode(97 + i);
      bomb.push(`${next}: &${next} [${Array(9).fill(`*${last}`).join(", ")}]`);
    }
    refused(bomb.join("\n"));
    refused(manifest("name: *nothing"));
    refused(manifest(`name: ${"[".repeat(20_000)}`));
    refused(manifest(`name: "${"x".repeat(1_100_000)}"`));
  });
});
