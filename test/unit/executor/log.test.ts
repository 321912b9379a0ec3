import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { pino } from "pino";
import { makeLogger, output } from "../../../executor/log.ts";

const fullDisk = "/dev/full";
const skip = existsSync(fullDisk) ? false : `needs ${fullDisk}`;

describe("executor: log", () => {
  it("T7: a full disk costs lines of the log, not the executor", { skip }, () => {
    const plain = makeLogger("info", pino.destination({ dest: fullDisk, sync: true }));
    assert.throws(() => plain.info("one"), /ENOSPC/);
    const log = makeLogger("info", output(fullDisk));
    log.info("one");
    log.info("two");
  });
});
