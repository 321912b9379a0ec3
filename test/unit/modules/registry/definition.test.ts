import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { TxError } from "../../../../core/errors.ts";
import {
  checkDefinition,
  Definition,
  definitionHash,
  highestPrice,
} from "../../../../modules/registry/index.ts";
import { isJsonPointer } from "../../../../modules/registry/taskDefinition.ts";
import { Definition as Wire } from "../../../../proto/gen/assay/registry/v1/registry.ts";
import { definition, echoTask } from "./fixtures.ts";

type Task = typeof echoTask;
type Event = Partial<Wire["events"][number]>;

/** "" or the code with which the definition is refused. */
function code(wire: Wire): string {
  try {
    checkDefinition(Definition.decode(Wire.encode(wire).finish()));
    return "";
  } catch (error) {
    assert.ok(error instanceof TxError, String(error));
    return `${error.codespace}/${error.code}`;
  }
}

const withTask = (change: Task): string =>
  code(definition({ tasks: [{ ...echoTask, ...change }], minBond: "100000000000" }));
const event = {
  key: "ping",
  open: false,
  windowBlocks: 20,
  revealBlocks: 20,
  quorum: "500000000000000000",
  minEmitters: 1,
  maxBytes: 1_024,
  fee: "0",
};
const withEvent = (change: Event): string =>
  code(definition({ events: [{ ...event, ...change }], roles: [1, 2, 3] }));
const keys = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `task-${1000 + i}`);

describe("registry: definition", () => {
  it("takes a plain one, with and without events", () => {
    assert.equal(code(definition()), "");
    assert.equal(withEvent({}), "");
    assert.equal(code(definition({ tasks: [], events: [event], roles: [3] })), "");
  });

  it("hashes its canonical bytes under its own tag", () => {
    const wire = definition();
    const bytes = Wire.encode(wire).finish();
    const tag = Buffer.from("assay/v1/definition");
    assert.ok(bytes.length < 128);
    const framed = Buffer.concat([Buffer.of(tag.length), tag, Buffer.of(bytes.length), bytes]);
    const expected = createHash("sha256").update(framed).digest("hex");
    const got = Buffer.from(definitionHash(Definition.decode(bytes))).toString("hex");
    assert.equal(got, expected);
  });

  it("keeps numbers at -1, 0 and +1 of their bounds", () => {
    const bounds: [keyof Task, number, number][] = [
      ["maxInput", 0, 2 ** 30],
      ["maxOutput", 1, 2 ** 30],
      ["commitBlocks", 5, 600],
      ["revealBlocks", 5, 100],
      ["minValidators", 0, 51],
    ];
    for (const [name, low, high] of bounds) {
      for (const [value, fits] of [
        [low, true],
        [high, true],
        [high + 1, false],
        ...(low > 0 ? [[low - 1, false] as const] : []),
      ] as const) {
        const price = { perCall: "10", perKib: "0" };
        assert.equal(
          withTask({ price, [name]: value }),
          fits ? "" : "registry/24",
          `${name} ${value}`,
        );
      }
    }
  });

  it("wants min_bond at 1,000 times the highest price of a call, to the unit", () => {
    assert.equal(highestPrice({ perCall: 1_000n, perKib: 10n } as never, 16_384), 1_160n);
    assert.equal(highestPrice({ perCall: 1_000n, perKib: 10n } as never, 16_385), 1_170n);
    for (const [minBond, expected] of [
      ["1159999", "registry/24"],
      ["1160000", ""],
      ["1160001", ""],
    ] as const) {
      assert.equal(code(definition({ minBond })), expected, minBond);
    }
    assert.equal(
      code(definition({ tasks: [], events: [event], roles: [3], minBond: "0" })),
      "registry/24",
    );
  });

  it("keeps keys by the name rule, ascending, at most 64", () => {
    const tasks = (list: string[]): string =>
      code(definition({ tasks: list.map((key) => ({ ...echoTask, key })) }));
    assert.equal(tasks(["aaa", "bbb"]), "");
    assert.equal(tasks(["bbb", "aaa"]), "registry/24");
    assert.equal(tasks(["aaa", "aaa"]), "registry/24");
    assert.equal(tasks(["Echo"]), "registry/24");
    assert.equal(tasks(keys(64)), "");
    assert.equal(tasks(keys(65)), "registry/24");
    assert.equal(code(definition({ tasks: [], events: [] })), "registry/24");
    assert.equal(withEvent({ key: "p" }), "registry/24");
  });

  it("X32: serves EXACT and FIELDS; refuses TOLERANCE and VERDICT as not served yet", () => {
    assert.equal(withTask({ compare: 1 }), "");
    assert.equal(withTask({ compare: 2, fields: ["/a"] }), "");
    assert.equal(withTask({ compare: 3 }), "registry/27");
    assert.equal(withTask({ compare: 4, verifyTask: "echo" }), "registry/27");
    assert.equal(withTask({ compare: 0 }), "registry/24");
    assert.equal(withTask({ compare: 5 as 4 }), "registry/24");
    assert.equal(withTask({ verifyTask: "echo" }), "registry/24");
  });

  it("wants 1 to 32 distinct JSON pointers for FIELDS and none for EXACT", () => {
    const fields = (list: string[]): string => withTask({ compare: 2, fields: list });
    const pointers = (count: number): string[] => Array.from({ length: count }, (_, i) => `/f${i}`);
    assert.equal(withTask({ fields: ["/a"] }), "registry/24");
    assert.equal(fields([]), "registry/24");
    assert.equal(fields(pointers(32)), "");
    assert.equal(fields(pointers(33)), "registry/24");
    assert.equal(fields(["/a", "/a"]), "registry/24");
    assert.equal(fields(["a"]), "registry/24");
    for (const [pointer, valid] of [
      ["", true],
      ["/", true],
      ["/a/0/~0~1", true],
      ["/~", false],
      ["/~2", false],
      ["/a~1~", false],
      [`/${"a".repeat(255)}`, true],
      [`/${"a".repeat(256)}`, false],
    ] as const) {
      assert.equal(isJsonPointer(pointer), valid, pointer.slice(0, 10));
    }
  });

  it("wants the roles that its tasks and events need, ascending", () => {
    const roles = (list: number[], task: Task = {}): string =>
      code(definition({ roles: list as never, tasks: [{ ...echoTask, ...task }] }));
    assert.equal(roles([1]), "");
    assert.equal(roles([1], { minValidators: 1 }), "registry/24");
    assert.equal(roles([1, 2], { minValidators: 1 }), "");
    for (const list of [[], [2], [2, 1], [1, 1], [1, 4], [0, 1]])
      assert.equal(roles(list), "registry/24", `${list}`);
    assert.equal(code(definition({ events: [event], roles: [1, 2] })), "registry/24");
  });

  it("bounds the author's share at 20 %, the commitment at ten years and the runtime class", () => {
    assert.equal(code(definition({ authorShare: "200000000000000000" })), "");
    assert.equal(code(definition({ authorShare: "200000000000000001" })), "registry/24");
    assert.equal(code(definition({ minCommitmentMs: 315_360_000_000n })), "");
    assert.equal(code(definition({ minCommitmentMs: 315_360_000_001n })), "registry/24");
    assert.equal(withTask({ runtimeClass: "a".repeat(64) }), "");
    assert.equal(withTask({ runtimeClass: "a".repeat(65) }), "registry/24");
    assert.equal(withTask({ runtimeClass: "x86 64" }), "registry/24");
    assert.equal(withTask({ price: undefined }), "sdk/18");
  });

  it("checks declared events, which a later version serves", () => {
    for (const [change, expected] of [
      [{ windowBlocks: 4 }, "registry/24"],
      [{ windowBlocks: 600 }, ""],
      [{ windowBlocks: 601 }, "registry/24"],
      [{ revealBlocks: 4 }, "registry/24"],
      [{ revealBlocks: 101 }, "registry/24"],
      [{ open: true }, "registry/24"],
      [{ open: true, revealBlocks: 0 }, ""],
      [{ quorum: "499999999999999999" }, "registry/24"],
      [{ quorum: "999999999999999999" }, ""],
      [{ quorum: "1000000000000000000" }, "registry/24"],
      [{ minEmitters: 0 }, "registry/24"],
      [{ minEmitters: 256 }, ""],
      [{ minEmitters: 257 }, "registry/24"],
      [{ maxBytes: 16_384 }, ""],
      [{ maxBytes: 16_385 }, "registry/24"],
    ] as const) {
      assert.equal(withEvent(change), expected, JSON.stringify(change));
    }
  });
});
