import type { Address } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import type * as wire from "../../proto/gen/assay/selection/v1/selection.ts";
import * as registry from "../registry/index.ts";
import * as selection from "../selection/index.ts";
import * as staking from "../staking/index.ts";
import { errors } from "./errors.ts";
import { Role, type Task } from "./types.ts";

type Request = {
  readonly service: string;
  readonly version: string;
  readonly taskKey: string;
  readonly inputSize: bigint;
  readonly validators: number;
  readonly requester: Address | "";
};

/** Refuses a request that no draw could fill; a bond that starts with the next epoch counts (PROTOCOL 9). */
export function requireNodes(
  ctx: ReadCtx,
  request: Request & { readonly requester: Address },
): void {
  const { service, version, validators, requester } = request;
  if (selection.couldFill(ctx, { service, version, count: validators, requester })) return;
  throw errors.tooFewNodes(
    `nodes: expected an executor and ${validators} validators on ${service} ${version}, got fewer`,
  );
}

export type NodeCounts = {
  readonly executors: number;
  readonly validators: number;
  readonly filtered: wire.Filtered[];
};

/** Who could be drawn now, and why others could not; only for queries. */
export function countNodes(ctx: ReadCtx, request: Request): NodeCounts {
  const { service, version, taskKey, inputSize, requester } = request;
  const tableOf = (role: Role): selection.Table =>
    selection.candidates(ctx, {
      ...{ service, version, taskKey, role, inputSize },
      ...(requester === "" ? {} : { requester }),
    });
  const executors = tableOf(Role.ROLE_EXECUTOR);
  const validators = tableOf(Role.ROLE_VALIDATOR);
  return {
    executors: executors.candidates.length,
    validators: validators.candidates.length,
    filtered: [
      ...selection.filteredRecord(Role.ROLE_EXECUTOR, executors.filtered),
      ...selection.filteredRecord(Role.ROLE_VALIDATOR, validators.filtered),
    ],
  };
}

/** Whether a reserve could still be drawn as the executor now. */
export function isStillEligible(ctx: ReadCtx, task: Task, node: Address): boolean {
  const bond = staking.findBond(ctx, task.service, node);
  const release = registry.findRelease(ctx, task.service, task.version);
  if (bond === undefined || release === undefined) return false;
  if (selection.nodeReason(ctx, bond) !== undefined) return false;
  const instance = registry.findInstance(ctx, task.service, node);
  const reason = selection.seatReason(bond, Role.ROLE_EXECUTOR, release, instance);
  // Open work of a yanked release finishes.
  return reason === undefined || reason === "release yanked";
}
