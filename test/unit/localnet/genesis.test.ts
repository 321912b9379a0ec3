import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { loadDescriptors } from "../../../app/appDescriptors.ts";
import { parseAppState } from "../../../app/genesis/parse.ts";
import { modules } from "../../../app/modules.ts";
import { beaconKeys } from "../../../cli/home/beaconKeys.ts";
import { buildGenesis } from "../../../cli/home/genesis.ts";
import type { Profile } from "../../../cli/home/params.ts";
import * as auth from "../../../modules/auth/index.ts";
import * as bank from "../../../modules/bank/index.ts";
import * as clock from "../../../modules/clock/index.ts";
import * as registry from "../../../modules/registry/index.ts";
import * as reputation from "../../../modules/reputation/index.ts";
import * as staking from "../../../modules/staking/index.ts";
import * as tasks from "../../../modules/tasks/index.ts";
import { testKey } from "../../support/keys.ts";

const [beacon] = beaconKeys([Buffer.alloc(32, 7).toString("base64")]);

function genesis(profile: Profile): ReturnType<typeof buildGenesis> {
  assert.ok(beacon !== undefined);
  const publicKey = Buffer.alloc(32, 9);
  return buildGenesis({
    chainId: "assay-local-1",
    profile,
    timeMs: 1_700_000_000_000,
    validators: [
      {
        name: "node0",
        address: createHash("sha256").update(publicKey).digest("hex").slice(0, 40).toUpperCase(),
        publicKey: publicKey.toString("base64"),
        power: 10n,
        beacon,
      },
    ],
    accounts: ["a", "b"].map((name) => ({ address: testKey(name).address, amount: 5n })),
  });
}

/** Parameters by module, as the modules read them from the file. */
function paramsOf(profile: Profile): Map<string, object> {
  const state = JSON.stringify(genesis(profile)["app_state"]);
  const { parts, faults } = parseAppState(modules, loadDescriptors(), state);
  assert.deepEqual(faults, []);
  return new Map(
    parts.map(({ module, genesis: part }) => [module.name, (part as { params: object }).params]),
  );
}

describe("localnet: genesis", () => {
  it("has no fault by any module's judgement, in both columns of PROTOCOL 15", () => {
    for (const profile of ["default", "localnet"] as const) paramsOf(profile);
  });

  const defaults = { auth, bank, clock, registry, reputation, staking };
  for (const [name, { defaultParams }] of Object.entries(defaults)) {
    it(`the default column is what module ${name} takes as default`, () => {
      assert.deepEqual(paramsOf("default").get(name), defaultParams);
    });
  }

  it("the default column is what module tasks takes as default", () => {
    assert.deepEqual(paramsOf("default").get("tasks"), tasks.defaultParams);
  });

  it("the localnet column differs where PROTOCOL 15 says so, and nowhere else", () => {
    const local = paramsOf("localnet");
    const expected: Record<string, object> = {
      auth: auth.defaultParams,
      bank: bank.defaultParams,
      clock: { epochMs: 2_000n, slotMs: 20_000n },
      registry: { ...registry.defaultParams, nameCommitRequired: false },
      reputation: reputation.defaultParams,
      staking: {
        ...staking.defaultParams,
        ...{ minBond: 1_000_000n, minCommitmentMs: 60_000n, unbondingMs: 120_000n },
        jailMs: 10_000n,
      },
      tasks: { ...tasks.defaultParams, appealMs: 0n },
    };
    for (const [name, params] of Object.entries(expected))
      assert.deepEqual(local.get(name), params, name);
  });

  it("CometBFT's part names the same validators as the beacon", () => {
    const file = genesis("localnet") as {
      validators: { address: string; power: string }[];
      app_state: { beacon: { contributors: { cons_address: string; power: string }[] } };
    };
    const [validator] = file.validators;
    const [contributor] = file.app_state.beacon.contributors;
    assert.equal(
      Buffer.from(contributor?.cons_address ?? "", "base64")
        .toString("hex")
        .toUpperCase(),
      validator?.address,
    );
    assert.equal(contributor?.power, validator?.power);
  });
});
