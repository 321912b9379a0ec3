import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { joinSettings, trustOf } from "../../../../cli/supervise/join.ts";

const good = {
  trustHeight: "120",
  trustHash: "ab".repeat(32),
  rpcServers: "http://one:26657, https://two:26657",
};

describe("supervise: joining by state sync", () => {
  it("fills [statesync] of config.toml", () => {
    const trust = trustOf(good);
    assert.ok(trust !== undefined);
    assert.deepEqual(joinSettings(trust), {
      "statesync.enable": true,
      "statesync.rpc_servers": "http://one:26657,https://two:26657",
      "statesync.trust_height": 120,
      "statesync.trust_hash": "AB".repeat(32),
      "statesync.trust_period": "168h0m0s",
    });
    assert.equal(trustOf({}), undefined);
  });

  it("wants all of the flags or none, and names the one that is wrong", () => {
    const faults = [
      [{ ...good, trustHeight: "0" }, /--trust-height/],
      [{ ...good, trustHash: "ab" }, /--trust-hash/],
      [{ ...good, rpcServers: "http://one:26657" }, /--rpc-servers/],
      [{ ...good, rpcServers: "one,two" }, /--rpc-servers/],
      [{ trustHeight: "5" }, /--trust-hash/],
      [{ rpcServers: good.rpcServers }, /--trust-height/],
    ] as const;
    for (const [flags, expected] of faults) assert.throws(() => trustOf(flags), expected);
  });
});
