import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TxError } from "../../../../core/errors.ts";
import * as beacon from "../../../../modules/beacon/index.ts";
import * as clock from "../../../../modules/clock/index.ts";
import { GenesisState as ClockGenesis } from "../../../../proto/gen/assay/clock/v1/genesis.ts";
import { GenesisState } from "../../../../proto/gen/assay/beacon/v1/genesis.ts";
import { exportGenesis, genesisFaults, initGenesis } from "../../../support/moduleCalls.ts";
import { beaconWorld, contributor, emptyWorld, genesisOf, request, third } from "./world.ts";

const { beaconModule } = beacon;

describe("beacon: genesis", () => {
  it("R21: exports what it imports; open draws go on to the same seed", () => {
    const first = beaconWorld([10n, 20n, 30n]);
    beacon.registerDraw(first.at(100), request({ power: third, delay: 3 }));
    first.begin(101, 1);
    first.begin(102, 2);
    const second = emptyWorld();
    const clockState = exportGenesis(clock.clockModule, first.at(102));
    const state = exportGenesis(beaconModule, first.at(102));
    initGenesis(clock.clockModule, second.at(0), ClockGenesis.decode(clockState));
    initGenesis(beaconModule, second.at(0), GenesisState.decode(state));
    assert.deepEqual(exportGenesis(beaconModule, second.at(102)), state);
    assert.deepEqual(second.store.dump(), first.store.dump());
    const seeds = [first, second].map((world) => beacon.readyDraws(world.begin(103, 3), "task", 1));
    assert.equal(seeds[0]?.length, 1);
    assert.deepEqual(seeds[1], seeds[0]);
  });

  it("R19, X31: refuses a key without a proof of possession", () => {
    const genesis = genesisOf([1n, 2n]);
    const [one] = genesis.contributors;
    one?.proofOfPossession.fill(77);
    assert.throws(
      () => initGenesis(beaconModule, emptyWorld().at(0), genesis),
      (error) => error instanceof TxError && error.codespace === "beacon" && error.code === 3,
    );
  });

  const base = genesisOf([1n]);
  const draw = {
    ...{ kind: "task", id: 1n, attempt: 1, requestedHeight: 5n, triggerDigest: new Uint8Array(32) },
    ...{ earliestHeight: 6n, latestHeight: 45n, drawPower: "1", totalPower: 10n },
  };
  const contribution = { height: 5n, beacon: new Uint8Array(32), proposer: new Uint8Array(20) };
  const block = { height: 5n, appHash: new Uint8Array(32) };
  const cases: [string, Partial<GenesisState>, string, RegExp][] = [
    ["a power of 0", { contributors: [contributor(1, 0n)] }, "/contributors/0", /power/],
    [
      "a power above the limit",
      { contributors: [contributor(1, 2n ** 60n - 1n), contributor(2, 1n)] },
      "/contributors",
      /sum/,
    ],
    [
      "a short address",
      { contributors: [{ ...contributor(1, 1n), consAddress: new Uint8Array(19) }] },
      "/contributors/0",
      /20 bytes/,
    ],
    [
      "a short key",
      { contributors: [{ ...contributor(1, 1n), pubkey: new Uint8Array(47) }] },
      "/contributors/0",
      /48 bytes/,
    ],
    [
      "a short proof",
      { contributors: [{ ...contributor(1, 1n), proofOfPossession: new Uint8Array(95) }] },
      "/contributors/0",
      /96 bytes/,
    ],
    [
      "an address twice",
      {
        contributors: [
          contributor(1, 1n),
          { ...contributor(2, 1n), consAddress: new Uint8Array(20).fill(1) },
        ],
      },
      "/contributors/1",
      /once/,
    ],
    [
      "a key twice",
      {
        contributors: [
          contributor(1, 1n),
          { ...contributor(2, 1n), pubkey: new Uint8Array(48).fill(1) },
        ],
      },
      "/contributors/1",
      /once/,
    ],
    ["a short last beacon", { last: new Uint8Array(31) }, "/last", /32 bytes/],
    ["a draw twice", { pending: [draw, draw] }, "/pending/1", /once/],
    ["a draw in the past", { pending: [{ ...draw, earliestHeight: 5n }] }, "/pending/0", /heights/],
    ["a draw of no power", { pending: [{ ...draw, totalPower: 0n }] }, "/pending/0", /total_power/],
    [
      "a draw that needs everybody",
      { pending: [{ ...draw, drawPower: (10n ** 18n).toString() }] },
      "/pending/0",
      /draw_power/,
    ],
    [
      "a share that is no number",
      { pending: [{ ...draw, drawPower: "x" }] },
      "/pending/0",
      /draw_power/,
    ],
    [
      "contributions out of order",
      { contributions: [contribution, contribution] },
      "/contributions/1",
      /height/,
    ],
    [
      "a short beacon",
      { contributions: [{ ...contribution, beacon: new Uint8Array(31) }] },
      "/contributions/0",
      /32 bytes/,
    ],
    [
      "a short app hash",
      { requestBlocks: [{ ...block, appHash: new Uint8Array(31) }] },
      "/request_blocks/0",
      /32 bytes/,
    ],
    [
      "request blocks out of order",
      { requestBlocks: [block, block] },
      "/request_blocks/1",
      /height/,
    ],
  ];
  for (const [name, fields, pointer, text] of cases) {
    it(`refuses ${name}`, () => {
      const faults = genesisFaults(beaconModule, { ...base, ...fields });
      assert.equal(faults.length, 1, JSON.stringify(faults.map(String)));
      assert.equal(faults[0]?.pointer, pointer);
      assert.match(faults[0]?.text ?? "", text);
    });
  }
});
