import type * as wire from "../../proto/gen/assay/selection/v1/selection.ts";
import { Role } from "../registry/index.ts";
import type { Seats } from "./draw.ts";
import type { Filtered } from "./eligibility.ts";
import type { View } from "./sharedTable.ts";
import type { Table } from "./table.ts";
import type { Candidate } from "./weights.ts";

export function candidateRecord(candidate: Candidate): wire.Candidate {
  return {
    node: candidate.node,
    stake: candidate.stake.toString(),
    commitment: candidate.commitment.toString(),
    performance: candidate.performance.toString(),
    incidents: candidate.incidents.toString(),
    uptime: candidate.uptime.toString(),
    load: candidate.load.toString(),
    weight: candidate.weight.toString(),
    drawnWeight: candidate.drawnWeight.toString(),
  };
}

export function tableRecord(table: Table): wire.Candidate[] {
  return table.candidates.map(candidateRecord);
}

export function filteredRecord(role: Role, filtered: readonly Filtered[]): wire.Filtered[] {
  return filtered.map(({ reason, count }) => ({ reason, count, role }));
}

/**
 * With the tables, everything that a stranger needs to repeat the draw. They are left empty here, because all draws of
 * a block share them: tableRecord gives each once.
 */
export function selectionRecord(draw: {
  readonly seed: Uint8Array;
  readonly requestedHeight: bigint;
  readonly drawnHeight: bigint;
  readonly appHash: Uint8Array;
  readonly beacons: readonly Uint8Array[];
  readonly picks: Seats["picks"];
  readonly executors: View;
  readonly validators: View | undefined;
}): wire.Selection {
  const { seed, requestedHeight, drawnHeight, appHash, beacons, executors, validators } = draw;
  return {
    ...{ seed, requestedHeight, drawnHeight, appHash, beacons: [...beacons] },
    executors: [],
    validators: [],
    picks: [...draw.picks],
    filtered: [
      ...filteredRecord(Role.ROLE_EXECUTOR, executors.filtered),
      ...filteredRecord(Role.ROLE_VALIDATOR, validators?.filtered ?? []),
    ],
    executorsMean: executors.table.mean.toString(),
    validatorsMean: validators?.table.mean.toString() ?? "",
    excludedExecutors: [...executors.excluded],
    excludedValidators: [...(validators?.excluded ?? [])],
  };
}
