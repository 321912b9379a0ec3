import type { Address } from "../../core/brand.ts";
import { drawPanel, Pool, type DrawPool, type Pick } from "../../core/math/weightedChoicePanel.ts";
import type { Table } from "./table.ts";

export type SeatKind = "executor" | "validator" | "reserve";

export type Seats = {
  readonly executor: Address;
  readonly validators: readonly Address[];
  /** Executors in waiting, in the order in which they are called. */
  readonly reserves: readonly Address[];
  /** All of them in order, with the number of the random value that took each. */
  readonly picks: readonly Pick<SeatKind>[];
};

/**
 * 1 + count seats and up to `reserves` more: executor and reserves from the executors' table, validators from
 * theirs, no owner twice. undefined when 1 + count cannot be filled.
 */
export function drawFrom(
  seed: Uint8Array,
  executors: DrawPool,
  validators: DrawPool,
  count: number,
  reserves: number,
): Seats | undefined {
  const picks = drawPanel<SeatKind>(seed, [
    { kind: "executor", pool: executors, count: 1, atLeast: 1 },
    { kind: "validator", pool: validators, count, atLeast: count },
    { kind: "reserve", pool: executors, count: reserves, atLeast: 0 },
  ]);
  const nodes = (kind: SeatKind): Address[] =>
    (picks ?? []).filter((pick) => pick.kind === kind).map(({ node }) => node);
  const [executor] = nodes("executor");
  if (picks === undefined || executor === undefined) return undefined;
  return { executor, validators: nodes("validator"), reserves: nodes("reserve"), picks };
}

/** The draw from two tables as they stand: what `BlockTables.draw` does without working them out again. */
export function drawSeats(request: {
  readonly seed: Uint8Array;
  readonly executors: { readonly candidates: Table["candidates"] };
  readonly validators: { readonly candidates: Table["candidates"] };
  readonly count: number;
  readonly reserves: number;
}): Seats | undefined {
  const { seed, executors, validators, count, reserves } = request;
  return drawFrom(
    seed,
    new Pool(executors.candidates),
    new Pool(validators.candidates),
    count,
    reserves,
  );
}
