import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { pino } from "pino";
import { makeLogger } from "../../../executor/log.ts";

const fullDisk = "/dev/full";
const skip = existsSync(fullDisk) ? false : `needs ${fullDisk}`;

describe("executor: log", () => {
  it("T7: a full disk costs lines of the log, not the executor", { skip }, () => {
    const destination = pino.destination({ dest: fullDisk, sync: true });
    let failed = 0;
    destination.on("error", () => failed++);
    const log = makeLogger("info", destination);
    assert.doesNotThrow(() => log.info("one"));
    assert.doesNotThrow(() => log.info("two"));
    assert.ok(failed > 0, "the disk was full");
    assert.equal(destination.listenerCount("error"), 2);
  });
});
