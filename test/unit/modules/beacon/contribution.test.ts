import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FatalError } from "../../../../core/errors.ts";
import * as beacon from "../../../../modules/beacon/index.ts";
import {
  QueryBeaconResponse,
  QueryContributorsResponse,
} from "../../../../proto/gen/assay/beacon/v1/query.ts";
import { ask } from "../../../support/moduleCalls.ts";
import { beaconWorld, consAddress, request, signatureBy } from "./world.ts";

const powers = [10n, 20n, 30n];

describe("beacon: contribution", () => {
  it("is due if and only if a draw waits", () => {
    const world = beaconWorld(powers);
    const ctx = world.at(100);
    assert.equal(beacon.isDue(ctx), false);
    beacon.registerDraw(ctx, request());
    assert.equal(beacon.isDue(ctx), true);
    beacon.cancelDraw(ctx, "task", 1n);
    assert.equal(beacon.isDue(ctx), false);
  });

  it("writes nothing in a block without a waiting draw", () => {
    const world = beaconWorld(powers);
    const before = world.store.dump();
    for (let height = 1; height < 5; height++) world.begin(height, 1);
    assert.deepEqual(world.store.dump(), before);
  });

  it("X16: depends on chain, height and last beacon alone, so one key has one outcome", () => {
    const world = beaconWorld(powers);
    const message = beacon.contributionMessage(world.at(100, 1));
    assert.deepEqual(beacon.contributionMessage(world.at(100, 2)), message);
    assert.notDeepEqual(beacon.contributionMessage(world.at(101, 1)), message);
    beacon.registerDraw(world.at(100), request());
    assert.deepEqual(beacon.contributionMessage(world.at(100)), message);
    world.begin(101, 1);
    const other = beaconWorld(powers);
    assert.notDeepEqual(
      beacon.contributionMessage(world.at(102)),
      beacon.contributionMessage(other.at(102)),
    );
  });

  it("is verified by the key of that proposer", () => {
    const world = beaconWorld(powers);
    const ctx = world.at(100, 2);
    const message = beacon.contributionMessage(ctx);
    const signature = signatureBy(2, message);
    assert.equal(beacon.verifyContribution(ctx, consAddress(2), signature), true);
    assert.equal(beacon.verifyContribution(ctx, consAddress(1), signature), false);
    assert.equal(beacon.verifyContribution(ctx, consAddress(9), signatureBy(9, message)), false);
    assert.equal(beacon.verifyContribution(world.at(101, 2), consAddress(2), signature), false);
    assert.equal(beacon.verifyContribution(ctx, consAddress(2), signature.slice(1)), false);
    assert.equal(beacon.verifyContribution(ctx, consAddress(2), new Uint8Array()), false);
  });

  it("ends the process when a decided block carries a wrong or surplus one, and writes nothing", () => {
    const world = beaconWorld(powers);
    const valid = (ctx: ReturnType<typeof world.at>, by: number): Uint8Array =>
      signatureBy(by, beacon.contributionMessage(ctx));
    const surplus = world.at(100);
    const before = world.store.dump();
    assert.throws(() => beacon.contribute(surplus, valid(surplus, 1)), FatalError);
    assert.deepEqual(world.store.dump(), before);

    beacon.registerDraw(world.at(100), request());
    const pending = world.store.dump();
    const ctx = world.at(101, 1);
    assert.throws(() => beacon.contribute(ctx, valid(ctx, 2)), FatalError);
    assert.throws(() => beacon.contribute(ctx, new Uint8Array(96)), FatalError);
    assert.deepEqual(world.store.dump(), pending);
    beacon.contribute(ctx, valid(ctx, 1));
  });

  it("answers its queries", () => {
    const world = beaconWorld(powers);
    beacon.registerDraw(world.at(100), request());
    const ctx = world.begin(101, 1);
    const { beaconModule } = beacon;
    const found = ask(
      beaconModule,
      ctx,
      "/assay.beacon.v1.Query/Beacon",
      new Uint8Array(),
      QueryBeaconResponse,
    );
    assert.equal(found.pending, 1n);
    assert.notDeepEqual(found.last, new Uint8Array(32));
    const all = ask(
      beaconModule,
      ctx,
      "/assay.beacon.v1.Query/Contributors",
      new Uint8Array(),
      QueryContributorsResponse,
    );
    assert.deepEqual(
      all.contributors.map(({ power }) => power),
      powers,
    );
    assert.equal(all.pagination?.total, 3n);
    assert.equal(beacon.consensusValidators(ctx), 3);
  });
});
