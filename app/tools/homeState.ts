import { existsSync } from "node:fs";
import { join } from "node:path";
import { defaultQueryGasLimit } from "../appConfig.ts";
import { appCrypto } from "../appCrypto.ts";
import { loadDescriptors } from "../appDescriptors.ts";
import { readAppToml, readGenesis, usePrefixOf, type GenesisFile } from "../appHome.ts";
import { buildRegistry, type Registry } from "../appRegistry.ts";
import { ChainState } from "../appState.ts";
import { stateAt, type DbOptions } from "../db/index.ts";
import { StartError } from "../errors.ts";
import { exportAppState } from "../genesis/export.ts";
import { canonicalJson, type Json } from "../genesis/canonical.ts";
import { modules } from "../modules.ts";
import { FatalError } from "../../core/errors.ts";

/** What every tool needs to read the state of a home. */
export type HomeState = {
  readonly dir: string;
  readonly genesis: GenesisFile;
  readonly registry: Registry;
  readonly options: DbOptions;
};

export function openHome(home: string): HomeState {
  const genesis = readGenesis(home);
  usePrefixOf(genesis);
  const registry = buildRegistry(modules, loadDescriptors());
  const { keepVersions } = readAppToml(home);
  const dir = join(home, "data", "app");
  if (!existsSync(dir)) {
    throw new StartError("E1412", `home ${home} has no state yet: ${dir} is missing`, [
      "assay start   makes it",
    ]);
  }
  const options = { chainId: genesis.chain_id, stores: registry.stores, keepVersions };
  return { dir, genesis, registry, options };
}

/** A genesis file that begins a chain where this one stood after a block. */
export function exportHome(home: string, height?: bigint): string {
  const { dir, genesis, registry, options } = openHome(home);
  const { multistore, last } = stateAt(dir, options, height);
  const db = {
    ...{ multistore, lastHeight: last.height, appHash: last.appHash },
    ...{ timeMs: last.timeMs, meta: last.meta },
    commit: () => {
      throw new FatalError("export: expected no commit");
    },
  };
  const config = {
    ...{ chainId: genesis.chain_id, version: "export", beaconSecret: undefined },
    ...{ minGasPrices: [], minRetainBlocks: 0n, haltHeight: 0n },
    queryGasLimit: defaultQueryGasLimit,
  };
  const state = new ChainState(config, registry, db, appCrypto());
  const time = new Date(Number(last.timeMs)).toISOString();
  return canonicalJson({
    ...(genesis as unknown as { [name: string]: Json }),
    genesis_time: time,
    initial_height: String(last.height + 1n),
    app_hash: "",
    app_state: exportAppState(registry, state.readCtx(state.base, state.lastBlock)),
  });
}
