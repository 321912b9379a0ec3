import { equalBytes } from "../../core/bytes.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { defineGenesis, type Fault } from "../../core/module.ts";
import { defaultParams, paramFaults } from "./params.ts";
import { fullBlockCount, genesisTime, params, slots, ticks, windows } from "./state.ts";
import { GenesisState, type Tick } from "./types.ts";

function tickFaults(list: readonly Tick[]): string[] {
  const faults: string[] = [];
  let last = 0n;
  for (const [i, { height, proposer }] of list.entries()) {
    if (height <= last) faults.push(`height: expected more than ${last}, got ${height}`);
    if (proposer.length !== 20) faults.push(`proposer: expected 20 bytes, got ${proposer.length}`);
    if (list.slice(0, i).some((one) => equalBytes(one.proposer, proposer))) {
      faults.push("proposer: expected it once");
    }
    last = height;
  }
  return faults;
}

function validate(genesis: GenesisState): Fault[] {
  const faults =
    genesis.params === undefined
      ? [{ pointer: "/params", text: "params: expected a value, got none" }]
      : paramFaults(genesis.params);
  const { state } = genesis;
  if (state === undefined) return faults;
  if (state.genesisMs === 0n) {
    faults.push({ pointer: "/state/genesis_ms", text: "genesis_ms: expected more than 0, got 0" });
  }
  for (const text of tickFaults(state.ticks)) faults.push({ pointer: "/state/ticks", text });
  return faults;
}

function init(ctx: Ctx, genesis: GenesisState): void {
  params.set(ctx, genesis.params ?? defaultParams);
  const { state } = genesis;
  // An imported chain keeps its count of epochs and slots: records name them.
  genesisTime.set(ctx, state?.genesisMs ?? ctx.block.timeMs);
  windows.set(ctx, state?.openWindows ?? 0n);
  if (state === undefined) return;
  const { slot, fullBlocks, ticks: list } = state;
  if (slot !== undefined) slots.set(ctx, slot);
  if (fullBlocks !== undefined) fullBlockCount.set(ctx, fullBlocks);
  if (list.length > 0) ticks.set(ctx, { ticks: list });
}

function exportGenesis(ctx: ReadCtx): GenesisState {
  return {
    params: params.get(ctx),
    state: {
      genesisMs: genesisTime.get(ctx),
      openWindows: windows.get(ctx),
      slot: slots.find(ctx),
      fullBlocks: fullBlockCount.find(ctx),
      ticks: ticks.find(ctx)?.ticks ?? [],
    },
  };
}

export const genesis = defineGenesis<GenesisState>({
  codec: GenesisState,
  message: "assay.clock.v1.GenesisState",
  validate,
  init,
  export: exportGenesis,
});
