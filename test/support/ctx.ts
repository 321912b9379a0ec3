import type { ConsAddress, Hash, Height } from "../../core/brand.ts";
import { CoinLedger } from "../../core/coins.ts";
import type { BlockInfo, Ctx, Hooks } from "../../core/context.ts";
import { EventLog } from "../../core/events.ts";
import { GasMeter } from "../../core/gas.ts";
import type { ModuleDef } from "../../core/module.ts";
import { memoryStore } from "./memoryStore.ts";

export type TestWorld = {
  /** A context of the given block over the world's store; fields of `block` override the defaults. */
  at(block?: Partial<BlockInfo>): Ctx;
  readonly store: ReturnType<typeof memoryStore>;
};

export const genesisMs = 1_700_000_000_000n;
export const testChainId = "assay-test-1";

export function hooksOf(modules: readonly ModuleDef[]): Hooks {
  const hooks = new Map<string, ((ctx: Ctx, value: unknown) => void)[]>();
  for (const module of modules) {
    for (const { hook, run } of module.on ?? []) hooks.set(hook, [...(hooks.get(hook) ?? []), run]);
  }
  return hooks;
}

/** A chain without a chain: module functions over a Map store, with the hooks of these modules. */
export function testWorld(modules: readonly ModuleDef[] = []): TestWorld {
  const store = memoryStore();
  const hooks = hooksOf(modules);
  return {
    store,
    at: (block = {}) => ({
      store,
      hooks,
      block: {
        height: 1n as Height,
        timeMs: genesisMs,
        chainId: testChainId,
        proposer: new Uint8Array(20) as ConsAddress,
        lastAppHash: new Uint8Array(32) as Hash,
        ...block,
      },
      gas: new GasMeter(),
      events: new EventLog(),
      coins: new CoinLedger(),
      alarms: [],
      crypto: {
        verifySecp256k1: () => true,
        verifyBls: () => true,
        verifyBlsPossession: () => true,
      },
    }),
  };
}
