import type { Ctx, ReadCtx } from "../../core/context.ts";
import { max, mulDivFloor } from "../../core/math/integers.ts";
import * as staking from "../staking/index.ts";
import { errors } from "./errors.ts";
import { openSeatCount, requestCount, serviceSeatCount } from "./state.ts";
import type { Params, Task } from "./types.ts";

/** Seats that a task counts from its acceptance to its end: reserves count only when called, in place of another. */
export function seatsOfRequest(validators: number): bigint {
  return BigInt(1 + validators);
}

export function openSeatsOnChain(ctx: ReadCtx): bigint {
  return openSeatCount.find(ctx)?.seats ?? 0n;
}

export function openSeatsOfService(ctx: ReadCtx, service: string): bigint {
  return serviceSeatCount.get(ctx, service)?.seats ?? 0n;
}

/** The service's share of all bonded stake; a floor while the chain is less than half full. */
export function seatsAllowed(ctx: ReadCtx, service: string, params: Params): bigint {
  const total = staking.totalBonded(ctx);
  const all = BigInt(params.maxOpenSeats);
  const share = total === 0n ? 0n : mulDivFloor(all, staking.serviceBonded(ctx, service), total);
  const halfFull = 2n * openSeatsOnChain(ctx) >= all;
  return halfFull ? share : max(share, BigInt(params.serviceFloorSeats));
}

/** Refuses what the chain, the block or the service has no seats left for (X22, X24). */
export function requireRoom(
  ctx: ReadCtx,
  service: string,
  validators: number,
  params: Params,
): void {
  const wanted = seatsOfRequest(validators);
  const accepted = acceptedInBlock(ctx);
  if (accepted >= params.requestsPerBlock) {
    throw errors.tooManyRequests(
      `requests in this block: expected at most ${params.requestsPerBlock}, got one more`,
    );
  }
  const open = openSeatsOnChain(ctx);
  if (open + wanted > BigInt(params.maxOpenSeats)) {
    throw errors.seatsTaken(
      `open seats: expected at most ${params.maxOpenSeats}, got ${open} + ${wanted}`,
    );
  }
  const allowed = seatsAllowed(ctx, service, params);
  const own = openSeatsOfService(ctx, service);
  if (own + wanted > allowed) {
    throw errors.serviceSeatsTaken(
      `open seats of ${service}: expected at most ${allowed}, got ${own} + ${wanted}`,
    );
  }
}

function acceptedInBlock(ctx: ReadCtx): number {
  const found = requestCount.find(ctx);
  return found?.height === ctx.block.height ? found.count : 0;
}

export function takeRoom(ctx: Ctx, task: Task): void {
  requestCount.set(ctx, { height: ctx.block.height, count: acceptedInBlock(ctx) + 1 });
  addSeats(ctx, task.service, seatsOfRequest(task.validators));
}

export function freeRoom(ctx: Ctx, task: Task): void {
  addSeats(ctx, task.service, -seatsOfRequest(task.validators));
}

/** Also the way back from genesis; a count of 0 is no record. */
export function addSeats(ctx: Ctx, service: string, delta: bigint): void {
  const all = openSeatsOnChain(ctx) + delta;
  const own = openSeatsOfService(ctx, service) + delta;
  if (all === 0n) openSeatCount.remove(ctx);
  else openSeatCount.set(ctx, { seats: all });
  if (own === 0n) serviceSeatCount.remove(ctx, service);
  else serviceSeatCount.set(ctx, service, { seats: own });
}
