import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BugError, TxError } from "../../../core/errors.ts";
import { GasMeter } from "../../../core/gas.ts";

describe("core: gas", () => {
  it("is used up to the limit and refused beyond, the use still counted", () => {
    const meter = new GasMeter(100n);
    meter.consume(99n, "a");
    meter.consume(1n, "b");
    assert.equal(meter.used, 100n);
    assert.throws(
      () => meter.consume(5n, "ReadFlat"),
      (error) =>
        error instanceof TxError &&
        error.codespace === "sdk" &&
        error.code === 11 &&
        error.message ===
          "out of gas in location: ReadFlat; gasWanted: 100, gasUsed: 105: out of gas",
    );
    assert.equal(meter.used, 105n);
  });

  it("has no end without a limit, and none at all with the limit 0", () => {
    const free = new GasMeter();
    free.consume(2n ** 52n, "a");
    assert.equal(free.used, 2n ** 52n);
    assert.throws(() => free.consume(2n ** 52n, "a"), BugError);
    assert.equal(free.used, 2n ** 52n);
    const largest = new GasMeter(2n ** 63n - 1n);
    largest.charge(Number.MAX_SAFE_INTEGER, "a");
    assert.throws(() => largest.charge(1, "a"), BugError);
    assert.throws(() => new GasMeter(0n).consume(1n, "a"), TxError);
    new GasMeter(0n).consume(0n, "a");
  });
});
