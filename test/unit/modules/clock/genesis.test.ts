import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as clock from "../../../../modules/clock/index.ts";
import { GenesisState } from "../../../../proto/gen/assay/clock/v1/genesis.ts";
import { QueryClockResponse } from "../../../../proto/gen/assay/clock/v1/query.ts";
import { genesisMs, testWorld } from "../../../support/ctx.ts";
import { ask, exportGenesis, genesisFaults, initGenesis } from "../../../support/moduleCalls.ts";
import { after, busy, clockWorld, endBlock, proposer } from "./world.ts";

const { clockModule } = clock;

describe("clock: genesis", () => {
  it("takes the chain's genesis time at a first start", () => {
    assert.equal(clock.genesisMs(after(clockWorld(), 500)), genesisMs);
  });

  it("R21: exports what it imports, byte by byte, epochs and slots going on", () => {
    const first = clockWorld();
    clock.openWindow(after(first, 1, 1));
    endBlock(after(first, 45, 2, 1), { ...busy, bytes: 1000n });
    endBlock(after(first, 65, 3, 2), busy);
    const exported = exportGenesis(clockModule, after(first, 65, 3));

    const second = testWorld();
    initGenesis(
      clockModule,
      second.at({ timeMs: genesisMs + 70_000n }),
      GenesisState.decode(exported),
    );
    assert.deepEqual(exportGenesis(clockModule, second.at()), exported);
    assert.deepEqual(second.store.dump(), first.store.dump());
    assert.equal(clock.slot(after(second, 81, 4)), 3n);
    assert.equal(clock.distinctProposers(after(second, 81, 4, 2), 1n), 2);
  });

  const params = clock.defaultParams;
  const tick = (height: bigint, by: number) => ({ height, proposer: proposer(by) });
  const state = { genesisMs, openWindows: 0n, slot: undefined, fullBlocks: undefined, ticks: [] };
  const cases: [string, GenesisState, string, RegExp][] = [
    ["no params", { params: undefined, state: undefined }, "/params", /none/],
    [
      "an epoch of 0",
      { params: { ...params, epochMs: 0n }, state: undefined },
      "/params/epoch_ms",
      /1000\.\.604800000, got 0/,
    ],
    [
      "a slot above a week",
      { params: { ...params, slotMs: 604_800_001n }, state: undefined },
      "/params/slot_ms",
      /got 604800001/,
    ],
    [
      "a genesis time of 0",
      { params, state: { ...state, genesisMs: 0n } },
      "/state/genesis_ms",
      /more than 0/,
    ],
    [
      "ticks out of order",
      { params, state: { ...state, ticks: [tick(2n, 1), tick(2n, 2)] } },
      "/state/ticks",
      /height/,
    ],
    [
      "a proposer twice",
      { params, state: { ...state, ticks: [tick(2n, 1), tick(3n, 1)] } },
      "/state/ticks",
      /once/,
    ],
    [
      "a short proposer",
      { params, state: { ...state, ticks: [{ height: 1n, proposer: new Uint8Array(19) }] } },
      "/state/ticks",
      /20 bytes/,
    ],
  ];
  for (const [name, genesis, pointer, text] of cases) {
    it(`refuses ${name}`, () => {
      const faults = genesisFaults(clockModule, genesis);
      assert.equal(faults.length, 1, JSON.stringify(faults));
      assert.equal(faults[0]?.pointer, pointer);
      assert.match(faults[0]?.text ?? "", text);
    });
  }

  it("takes each parameter at its bounds and refuses it one beyond", () => {
    for (const name of ["epochMs", "slotMs"] as const) {
      for (const [value, count] of [
        [999n, 1],
        [1000n, 0],
        [604_800_000n, 0],
        [604_800_001n, 1],
      ] as const) {
        const genesis = { params: { ...params, [name]: value }, state: undefined };
        assert.equal(genesisFaults(clockModule, genesis).length, count, `${name} ${value}`);
      }
    }
  });

  it("answers its query", () => {
    const world = clockWorld();
    clock.openWindow(after(world, 1));
    const ctx = after(world, 45);
    const found = ask(
      clockModule,
      ctx,
      "/assay.clock.v1.Query/Clock",
      new Uint8Array(),
      QueryClockResponse,
    );
    assert.deepEqual([found.epoch, found.slot, found.state?.openWindows], [22n, 1n, 1n]);
    assert.equal(found.params?.slotMs, 20_000n);
  });
});
