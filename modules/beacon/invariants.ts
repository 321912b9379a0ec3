import type { Invariant } from "../../core/module.ts";
import { openWindows } from "../clock/index.ts";
import { contributorTotals } from "./contributors.ts";
import { pendingDraws } from "./draws.ts";
import { contributors, draws } from "./state.ts";

export const pendingCountsDraws: Invariant = (ctx) => {
  const counted = BigInt([...draws.keys(ctx)].length);
  const pending = pendingDraws(ctx);
  return counted === pending ? undefined : `pending: expected ${counted}, got ${pending}`;
};

export const drawsHoldWindows: Invariant = (ctx) => {
  const [pending, open] = [pendingDraws(ctx), openWindows(ctx)];
  return open >= pending ? undefined : `open windows: expected at least ${pending}, got ${open}`;
};

export const totalsSumContributors: Invariant = (ctx) => {
  let [count, power] = [0, 0n];
  for (const contributor of contributors.values(ctx)) {
    count += 1;
    power += contributor.power;
  }
  const totals = contributorTotals(ctx);
  if (totals.count === count && totals.power === power) return undefined;
  return `contributors: expected ${count} with ${power}, got ${totals.count} with ${totals.power}`;
};
