import type { ConsAddress, Height } from "../../../../core/brand.ts";
import type { Ctx } from "../../../../core/context.ts";
import type { BlockUsage } from "../../../../core/module.ts";
import * as clock from "../../../../modules/clock/index.ts";
import { genesisMs, testWorld, type TestWorld } from "../../../support/ctx.ts";
import { initGenesis } from "../../../support/moduleCalls.ts";

export const idle: BlockUsage = { txs: 0, bytes: 0n, maxBytes: 1000n, gas: 0n, maxGas: 1000n };
export const busy: BlockUsage = { ...idle, txs: 1, bytes: 100n, gas: 100n };

export function proposer(number: number): ConsAddress {
  return new Uint8Array(20).fill(number) as ConsAddress;
}

/** Epochs of 2 s, slots of 20 s. */
export function clockWorld(): TestWorld {
  const world = testWorld();
  const params = { epochMs: 2_000n, slotMs: 20_000n };
  initGenesis(clock.clockModule, world.at({ height: 0n as Height }), { params, state: undefined });
  return world;
}

/** A context `seconds` after genesis. */
export function after(world: TestWorld, seconds: number, height = 1, by = 0): Ctx {
  return world.at({
    height: BigInt(height) as Height,
    timeMs: genesisMs + BigInt(seconds * 1000),
    proposer: proposer(by),
  });
}

export function endBlock(ctx: Ctx, usage: BlockUsage): void {
  clock.clockModule.endBlock?.(ctx, usage);
}
