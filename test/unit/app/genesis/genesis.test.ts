import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalJson } from "../../../../app/genesis/canonical.ts";
import { exportGenesis } from "../../../../app/genesis/export.ts";
import { parseAppState } from "../../../../app/genesis/parse.ts";
import { StartError } from "../../../../app/errors.ts";
import type { AppState } from "../../../support/chainGenesis.ts";
import { endlessDraw, send } from "../../../support/chainSends.ts";
import { startChain } from "../../../support/driver.ts";
import { testRegistry } from "../../../support/driverReplica.ts";
import type { TestKey } from "../../../support/keys.ts";

function refusal(edit: (state: AppState) => void): string {
  try {
    startChain({ genesis: edit });
  } catch (error) {
    assert.ok(error instanceof StartError, String(error));
    assert.equal(error.code, "E1405");
    return error.message;
  }
  return "started";
}

describe("genesis: export", () => {
  it("export, init, export gives equal bytes and the same state", () => {
    const chain = startChain({ genesis: endlessDraw });
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    chain.mustRun(alice, send(alice, bob, "7"), { fee: "5uassay" });
    chain.next({ blocks: 3 });
    const first = exportGenesis(chain.first.state);
    const state = JSON.parse(first) as AppState;
    const again = startChain({
      ...{ genesisMs: chain.timeMs, initialHeight: chain.height + 1n },
      genesis: (own) => {
        for (const name of Object.keys(own)) delete own[name];
        Object.assign(own, state);
      },
    });
    assert.equal(exportGenesis(again.first.state), first);
    // It goes on as the old chain would have.
    for (const one of [chain, again]) one.next({ proposer: 1 });
    assert.equal(exportGenesis(again.first.state), exportGenesis(chain.first.state));
    again.assertInvariants();
    assert.match(first, /"sequence": "1"/);
    assert.match(first, /"@type": "\/cosmos.auth.v1beta1.BaseAccount"/);
  });

  it("R21: a module with a store has a genesis", () => {
    for (const { name, store, genesis } of testRegistry().modules) {
      if (store !== undefined) assert.ok(genesis !== undefined, name);
    }
  });

  it("writes keys in byte order at every level, and the same text again", () => {
    const value = { b: [1, { z: "1", a: null }], a: {}, "": [], é: true, "10": "x", "9": "y" };
    const text = canonicalJson(value);
    assert.deepEqual(JSON.parse(text), value);
    assert.deepEqual(
      [...text.matchAll(/"([^"]*)":/g)].map((match) => match[1]),
      ["", "10", "9", "a", "b", "a", "z", "é"],
    );
    assert.equal(canonicalJson(JSON.parse(text) as typeof value), text);
  });
});

describe("genesis: B21: faults", () => {
  const cases: readonly (readonly [string, (state: AppState) => void, RegExp])[] = [
    [
      "a missing module",
      (s) => delete s["bank"],
      /^\/app_state\/bank: expected the module's state/m,
    ],
    [
      "an unknown module",
      (s) => (s["gov"] = {}),
      /^\/app_state\/gov: expected a module of this chain/m,
    ],
    ["an unknown field", (s) => (s["bank"].suply = []), /^\/app_state\/bank: .*suply/m],
    ["a number that is none", (s) => (s["clock"].params.epoch_ms = "x"), /^\/app_state\/clock: /m],
    [
      "an address that is none",
      (s) => (s["auth"].accounts[1].address = "cosmos1x"),
      /^\/app_state\/auth\/accounts\/1: address/m,
    ],
    [
      "a validator without a beacon key",
      (s) => void s["beacon"].contributors.pop(),
      /^\/app_state\/beacon\/contributors: expected the validator [0-9a-f]{40}, got none/m,
    ],
    [
      "another power than the validator's",
      (s) => (s["beacon"].contributors[0].power = "11"),
      /power of [0-9a-f]{40}: expected 10, got 11/,
    ],
  ];
  it("names the module whose state refuses what stands in the file", () => {
    const text = refusal((state) => {
      const node = state["auth"].accounts[0].address;
      state["reputation"].incidents = [{ service: "demo", node, epoch: "7" }];
    });
    assert.match(text, /^\/app_state\/reputation: demo .*: epoch: expected at most 0, got 7/m);
  });

  for (const [what, edit, expected] of cases)
    it(`refuses ${what}`, () => assert.match(refusal(edit), expected));

  it("lists every fault, not only the first", () => {
    const text = refusal((state) => {
      state["auth"].accounts[0].address = "x";
      state["auth"].accounts[2].address = "y";
      state["clock"].params.slot_ms = "0";
      delete state["staking"];
    });
    assert.match(text, /^genesis: 4 faults\n/);
  });

  it("refuses a state that is no JSON object", () => {
    const { modules, descriptors } = testRegistry();
    for (const text of ["", "[]", "null", "1", "{"]) {
      const { faults } = parseAppState(modules, descriptors, text);
      assert.deepEqual(faults, [{ pointer: "/app_state", text: "expected a JSON object" }]);
    }
  });

  it("refuses another chain id", () => {
    const chain = startChain();
    const { app } = chain.first;
    assert.throws(
      () =>
        app.initChain({
          ...{ time: { seconds: 0n, nanos: 0 }, chainId: "other", validators: [] },
          ...{ appStateBytes: new Uint8Array(), initialHeight: 1n },
        }),
      /chain id: expected assay-test-1, got other/,
    );
  });
});
