import assert from "node:assert/strict";
import { project } from "../../../client/results/compare.ts";
import {
  atPointer,
  canonicalJson,
  parseJson,
  type JsonValue,
} from "../../../client/results/json.ts";
import { editBytes, edgeTexts } from "../bytesEdits.ts";
import type { Target } from "../harness.ts";
import { editJson, type Json } from "../jsonEdits.ts";

const seeds: readonly Json[] = [
  { a: { b: [1, 2.5, -3e10, "x", true, null], "~/": "slash" }, é: "\u{1f600}", "": [] },
  [[[[[1]]]], {}, "", "\u0000\ud800", 1.1, 9007199254740993],
  { price: "1.10", items: [{ id: 1 }, { id: 2 }], constructor: 1, ["__proto__x"]: 2 },
  "text",
  -0.5,
];
const pointers = [
  "",
  "/a/b/0",
  "/a/~01",
  "/items/1/id",
  "/__proto__",
  "/constructor",
  "/a/b/-",
  "/0/0",
  "a",
];

/** Outputs of tasks: the reader that all nodes must agree in, against the language's own. */
export const jsonTarget: Target = {
  name: "task results",
  inputs: 100_000,
  make(random) {
    const texts = [
      ...seeds.map((seed) => JSON.stringify(seed)),
      ...edgeTexts,
      "[1.10,1e-7,-0,1E+5]",
    ];
    const bytes = texts.map((text) => new TextEncoder().encode(text));
    return {
      next() {
        const way = random(20);
        if (way === 0) return bytes[random(bytes.length)] ?? new Uint8Array();
        if (way < 8)
          return editBytes(random, bytes[random(bytes.length)] ?? new Uint8Array(), bytes);
        const edited = editJson(random, seeds[random(seeds.length)] ?? null, seeds);
        return new TextEncoder().encode(JSON.stringify(edited));
      },
      run(input) {
        const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
        const theirs = language(text);
        let ours: JsonValue;
        try {
          ours = parseJson(text);
        } catch (error) {
          assert.ok(error instanceof SyntaxError, String(error));
          // A doubled key, or more levels than we follow.
          const stricter = /expected (no second key|at most 64 levels)/.test(error.message);
          assert.ok(theirs === undefined || stricter, error.message);
          return "rejected";
        }
        assert.ok(theirs !== undefined, "read what JSON.parse refuses");
        const canonical = canonicalJson(ours);
        assert.deepEqual(JSON.parse(canonical), theirs.value);
        assert.equal(canonicalJson(parseJson(canonical)), canonical);
        for (const pointer of pointers) atPointer(ours, pointer);
        projects(input);
        return "accepted";
      },
    };
  },
};

function language(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function projects(input: Uint8Array): void {
  try {
    parseJson(new TextDecoder().decode(project(input, pointers)));
  } catch (error) {
    assert.ok(error instanceof SyntaxError || error instanceof TypeError, String(error));
  }
}
