import { defineEvent } from "../../core/events.ts";
import * as wire from "../../proto/gen/assay/staking/v1/event.ts";

export const bondBegan = defineEvent(wire.EventBonded, "bonded", ["service", "node"]);
export const bondAdded = defineEvent(wire.EventBondAdded, "bond_added", ["service", "node"]);
export const commitmentExtended = defineEvent(wire.EventCommitmentExtended, "commitment_extended", [
  "service",
  "node",
]);
export const unbondingBegan = defineEvent(wire.EventUnbonding, "unbonding", ["service", "node"]);
export const unbonded = defineEvent(wire.EventUnbonded, "unbonded", ["service", "node"]);
export const operatorSet = defineEvent(wire.EventOperatorSet, "operator_set", ["service", "node"]);
export const slashed = defineEvent(wire.EventSlashed, "slashed", ["service", "node"]);
export const jailed = defineEvent(wire.EventJailed, "jailed", ["service", "node"]);
export const tombstoned = defineEvent(wire.EventTombstoned, "tombstoned", ["service", "node"]);
export const unjailed = defineEvent(wire.EventUnjailed, "unjailed", ["service", "node"]);
