import type { ModuleDef } from "../core/module.ts";
import { authModule } from "../modules/auth/index.ts";
import { bankModule } from "../modules/bank/index.ts";
import * as beacon from "../modules/beacon/index.ts";
import { beaconModule } from "../modules/beacon/index.ts";
import * as clock from "../modules/clock/index.ts";
import { clockModule } from "../modules/clock/index.ts";
import { feegrantModule } from "../modules/feegrant/index.ts";
import { registryModule } from "../modules/registry/index.ts";
import { reputationModule } from "../modules/reputation/index.ts";
import { selectionModule } from "../modules/selection/index.ts";
import { stakingModule } from "../modules/staking/index.ts";
import { tasksModule } from "../modules/tasks/index.ts";

export { beacon, clock };

/** Every module of the chain, lowest first: the order of genesis, of hooks and of imports. */
export const modules: readonly ModuleDef[] = [
  authModule,
  bankModule,
  feegrantModule,
  clockModule,
  beaconModule,
  registryModule,
  stakingModule,
  reputationModule,
  selectionModule,
  tasksModule,
];

/** What a block begins with; the beacon's contribution comes between the two lists. */
export const beginBefore: readonly ModuleDef[] = [clockModule, beaconModule];
export const beginAfter: readonly ModuleDef[] = modules.filter((m) => !beginBefore.includes(m));

/** Work that falls due, then what it set free; the clock judges the whole block and comes last. */
export const endOrder: readonly ModuleDef[] = [
  tasksModule,
  selectionModule,
  reputationModule,
  stakingModule,
  registryModule,
  beaconModule,
  feegrantModule,
  bankModule,
  authModule,
  clockModule,
];
