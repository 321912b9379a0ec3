import assert from "node:assert/strict";
import { parseManifest } from "../../../client/manifest/file.ts";
import {
  definitionHash,
  definitionOf,
  metadataDocument,
} from "../../../client/manifest/release.ts";
import { UserError } from "../../../client/errors/index.ts";
import { Definition } from "../../../proto/gen/assay/registry/v1/registry.ts";
import { editBytes, edgeTexts, pickOne, type Random } from "../bytesEdits.ts";
import type { Target } from "../harness.ts";

const seeds = [
  `sid: echo-demo
version: "1.0.0"
tasks:
  echo: { process: { command: [cat], timeout: 5s } }
`,
  `sid: a-b
version: "1.0.0"
min_bond: 5000000
min_commitment: 2 h
author_share: 0.1
http: { url: "http://127.0.0.1:1", headers: { x: "y" } }
tasks:
  sum: { compare: FIELDS, fields: [/a, /b/0], price: { per_call: 10, per_kib: 1 }, max_input: 64 }
  get: { http: { method: GET, path: "/{a}", output: /x, timeout: 100 ms } }
`,
];
const pieces = [
  ...[
    "&a ",
    "*a",
    "*b",
    "!!set ",
    "!!binary ",
    "<<: *a",
    "? ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "\n",
    "  ",
  ],
  ...[
    "|\n ",
    ">-\n ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "#",
    "'",
    '"',
    "~",
    "null",
    "0o7",
    "0x1f",
    ".inf",
  ],
  ...[
    "&a [*a]",
    "5constructor",
    "1toString",
    "1e9 d",
    "[1]",
    "{a: 1}",
    "[[1]]",
    "2026-11-21",
    "\t",
    "[".repeat(200),
  ],
  ...edgeTexts,
];

/** Manifests as a stranger's repository may hold them. */
export const manifestTarget: Target = {
  name: "service manifests",
  inputs: 100_000,
  make(random) {
    const bytes = seeds.map((seed) => new TextEncoder().encode(seed));
    return {
      next() {
        const way = random(20);
        if (way === 0) return pickOne(random, bytes);
        if (way < 8) return editBytes(random, pickOne(random, bytes), bytes);
        return new TextEncoder().encode(editText(random, pickOne(random, seeds)));
      },
      run(input) {
        try {
          const manifest = parseManifest(new TextDecoder().decode(input), "service.yml");
          const definition = definitionOf(manifest);
          const written = Definition.encode(definition).finish();
          assert.deepEqual(Definition.encode(Definition.decode(written)).finish(), written);
          assert.equal(definitionHash(definition).length, 32);
          metadataDocument(manifest);
          return "accepted";
        } catch (error) {
          if (error instanceof UserError) return "rejected";
          throw error;
        }
      },
    };
  },
};

/** Values replaced, pieces of the language put between, lines doubled or moved. */
function editText(random: Random, seed: string): string {
  let text = seed;
  for (let edits = 1 + random(2); edits > 0; edits--) {
    const words = text.split(/(?<=[ \n:,[\]{}])/);
    const at = random(words.length);
    const way = random(4);
    if (way === 0) words.splice(at, 1);
    else if (way === 1) words.splice(at, 0, pickOne(random, pieces));
    else if (way === 2) words[at] = `${pickOne(random, pieces)}${random(2) === 0 ? "\n" : " "}`;
    else words.splice(random(words.length), 0, words[at] ?? "");
    text = words.join("");
  }
  return text;
}
