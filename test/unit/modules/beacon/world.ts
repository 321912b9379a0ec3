import assert from "node:assert/strict";
import type { ConsAddress, Dec, Hash, Height } from "../../../../core/brand.ts";
import type { Crypto, Ctx } from "../../../../core/context.ts";
import { sha256 } from "../../../../core/crypto/sha256.ts";
import { dec, ratio } from "../../../../core/math/dec.ts";
import * as beacon from "../../../../modules/beacon/index.ts";
import * as clock from "../../../../modules/clock/index.ts";
import type { Contributor } from "../../../../proto/gen/assay/beacon/v1/beacon.ts";
import type { GenesisState } from "../../../../proto/gen/assay/beacon/v1/genesis.ts";
import { testWorld, type TestWorld } from "../../../support/ctx.ts";
import { initGenesis } from "../../../support/moduleCalls.ts";

export const tenth: Dec = ratio(1n, 10n);
// Rounded up: "more than a third" must not pass at exactly a third.
export const third: Dec = dec(10n ** 18n / 3n + 1n);

export function consAddress(number: number): ConsAddress {
  return new Uint8Array(20).fill(number) as ConsAddress;
}

export function contributor(number: number, power: bigint): Contributor {
  return {
    consAddress: consAddress(number),
    pubkey: new Uint8Array(48).fill(number),
    proofOfPossession: new Uint8Array(96).fill(number),
    power,
  };
}

/** Stands for BLS: one valid signature for a key and a message, and nobody else's passes. */
export function signatureBy(number: number, message: Uint8Array): Uint8Array {
  const [key, half] = [Uint8Array.of(number), new Uint8Array(32).fill(number)];
  const digest = sha256(key, message);
  return Uint8Array.from([...digest, ...sha256(digest), ...half]);
}

const crypto: Crypto = {
  verifySecp256k1: () => false,
  verifyBls: (key, message, signature) =>
    Buffer.from(signatureBy(key[0] ?? 0, message)).equals(Buffer.from(signature)),
  verifyBlsPossession: (key, proof) => key[0] === proof[0],
};

export function appHashAfter(height: bigint): Hash {
  return sha256(Buffer.from(`app hash after ${height}`)) as Hash;
}

export type BeaconWorld = {
  readonly store: TestWorld["store"];
  /** A context of that block; consensus validator `by` proposes it. */
  at(height: number, by?: number): Ctx;
  /** Begin of the block and its contribution, if one is due. */
  begin(height: number, by: number): Ctx;
};

export function genesisOf(powers: readonly bigint[]): GenesisState {
  const contributors = powers.map((power, i) => contributor(i + 1, power));
  return {
    contributors,
    last: new Uint8Array(),
    pending: [],
    contributions: [],
    requestBlocks: [],
  };
}

export function emptyWorld(): BeaconWorld {
  const world = testWorld();
  const at = (height: number, by = 1): Ctx => ({
    ...world.at({
      height: BigInt(height) as Height,
      proposer: consAddress(by),
      lastAppHash: appHashAfter(BigInt(height - 1)),
    }),
    crypto,
  });
  return {
    store: world.store,
    at,
    begin(height, by) {
      const ctx = at(height, by);
      beacon.beaconModule.beginBlock?.(ctx);
      if (beacon.isDue(ctx)) {
        beacon.contribute(ctx, signatureBy(by, beacon.contributionMessage(ctx)));
      }
      return ctx;
    },
  };
}

/** Consensus validators 1, 2, .. with these powers. */
export function beaconWorld(powers: readonly bigint[]): BeaconWorld {
  const world = emptyWorld();
  initGenesis(clock.clockModule, world.at(0), { params: clock.defaultParams, state: undefined });
  initGenesis(beacon.beaconModule, world.at(0), genesisOf(powers));
  return world;
}

export function request(fields: Partial<beacon.DrawRequest> = {}): beacon.DrawRequest {
  return {
    kind: "task",
    id: 1n,
    attempt: 1,
    triggerDigest: new Uint8Array(32).fill(9),
    delay: 1,
    limit: 40,
    power: tenth,
    ...fields,
  };
}

/** Heights after the request's at which the draw is ready, the proposers taking turns as given. */
export function readyAfter(
  powers: readonly bigint[],
  proposers: readonly number[],
  fields: Partial<beacon.DrawRequest> = {},
): number {
  const world = beaconWorld(powers);
  beacon.registerDraw(world.at(100), request(fields));
  for (let i = 1; i <= 100; i++) {
    const by = proposers[(i - 1) % proposers.length] ?? 1;
    if (beacon.readyDraws(world.begin(100 + i, by), "task", 10).length > 0) return i;
  }
  return assert.fail("the draw was never ready");
}
