import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readAppLine } from "../../../../cli/supervise/appLine.ts";
import { looksFatal } from "../../../../cli/supervise/lines.ts";
import { Progress } from "../../../../cli/supervise/progress.ts";

describe("supervise: progress", () => {
  it("gives up at the fourth restart at one height", () => {
    const progress = new Progress(3, 1000);
    const goes = [];
    for (let run = 0; run < 5; run++) {
      const hopeful = progress.ready(7n);
      goes.push(hopeful);
      if (hopeful) assert.equal(progress.ended(true, 10), true);
    }
    assert.deepEqual(goes, [true, true, true, true, false]);
    assert.equal(progress.height, 7n);
  });

  it("counts anew at each new height", () => {
    const progress = new Progress(3, 1000);
    for (let run = 0; run < 20; run++) {
      assert.equal(progress.ready(BigInt(run >> 1)), true);
      assert.equal(progress.ended(true, 10), true);
    }
  });

  it("does not take a commit lost and won again for a new height", () => {
    const progress = new Progress(3, 1000);
    const goes = [10n, 9n, 10n, 9n, 10n].map((height) => {
      const hopeful = progress.ready(height);
      progress.ended(true, 10);
      return hopeful;
    });
    assert.deepEqual(goes, [true, true, true, true, false]);
  });

  it("counts anew after a long healthy run", () => {
    const progress = new Progress(1, 1000);
    for (let run = 0; run < 5; run++) {
      assert.equal(progress.ready(3n), true);
      progress.ended(true, 1000);
    }
  });

  it("gives up on an app that is never ready", () => {
    const progress = new Progress(3, 1000);
    const goes = [0, 1, 2, 3].map(() => progress.ended(false, 5000));
    assert.deepEqual(goes, [true, true, true, false]);
    assert.equal(progress.height, 0n);
  });
});

describe("supervise: lines of the app", () => {
  const cases: [string, string, ReturnType<typeof readAppLine>][] = [
    ["ready", '{"ready":true,"height":"12","socket":"/s"}', { kind: "ready", height: 12n }],
    ["ready without a height", '{"ready":true,"height":12}', { kind: "other" }],
    ["a block", '{"level":30,"height":"12","msg":"committed"}', { kind: "other" }],
    [
      "a fatal error",
      '{"level":60,"msg":"finalizeBlock","err":{"message":"bad root"}}',
      { kind: "error", text: "finalizeBlock: bad root", fatal: true },
    ],
    [
      "an error by name",
      '{"level":"error","msg":"disk"}',
      { kind: "error", text: "disk", fatal: false },
    ],
    [
      "a refusal",
      '{"level":60,"code":"E1301","msg":"no native","fix":["build it"]}',
      { kind: "refused", code: "E1301", what: "no native", fix: ["build it"] },
    ],
    [
      "an end that was asked for",
      '{"level":"fatal","msg":"the app ends","err":{"message":"halt-height: expected no block after 9"}}',
      {
        ...{ kind: "refused", code: "E1439" },
        what: "halt-height: the node ends after block 9, as config/app.toml asks",
        fix: [
          "put the next version in place, set halt-height = 0 in config/app.toml, then: assay start",
        ],
      },
    ],
    ["half a line", '{"ready":true', { kind: "other" }],
    ["a list", "[1]", { kind: "other" }],
    ["text", "ready", { kind: "other" }],
  ];
  for (const [name, line, expected] of cases) {
    it(`are understood: ${name}`, () => assert.deepEqual(readAppLine(line), expected));
  }

  it("that are plain text tell an end from the rest of a stack", () => {
    const fatal = [
      "TypeError: x is not a function",
      "panic: no",
      "E[2025-01-01|1] CONSENSUS FAILURE",
    ];
    const other = ["    at run (file.js:1:1)", "I[2025] ok", "Node.js v20.20.2", "no error here"];
    assert.deepEqual(fatal.map(looksFatal), [true, true, true]);
    assert.deepEqual(other.map(looksFatal), [false, false, false, false]);
  });
});
