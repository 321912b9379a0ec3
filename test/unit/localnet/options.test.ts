import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UserError } from "../../../client/index.ts";
import { readOptions } from "../../../localnet/options.ts";

describe("localnet: options", () => {
  it("reads every option", () => {
    const args =
      "--v 4 --executors 5 --once --reset --json --port-offset 100 --cometbft /c --data /d";
    assert.deepEqual(readOptions(args.split(" ")), {
      ...{ data: "/d", validators: 4, executors: 5, portOffset: 100, cometbft: "/c" },
      // Who names a CometBFT wants it.
      engine: "comet",
      ...{ once: true, reset: true, json: true, detach: false },
    });
  });

  it("leaves to the data what is not said", () => {
    const options = readOptions([]);
    assert.equal(options?.validators, undefined);
    assert.equal(options?.executors, undefined);
    assert.equal(options?.portOffset, undefined);
    assert.match(options?.data ?? "", /localnet\/\.data$/);
  });

  for (const args of [
    ["--v", "0"],
    ["--v", "17"],
    ["--v", "four"],
    ["--engine", "tendermint"],
    ["--executors", "2"],
    ["--executors", "10"],
    ["--port-offset", "-1"],
    ["--validators", "4"],
    ["extra"],
  ]) {
    it(`refuses ${args.join(" ")}`, () => {
      const isUsage = (error: unknown): boolean =>
        error instanceof UserError && error.code === "E4011";
      assert.throws(() => readOptions(args), isUsage);
    });
  }

  it("--help asks for the help text", () => {
    assert.equal(readOptions(["--help"]), undefined);
  });
});
