import type { Invariant } from "../../core/module.ts";
import { allowanceFault } from "./allowances.ts";
import { lastMs } from "./grants.ts";
import { expiries, grants, issued } from "./state.ts";

/** Every grant stands under its parties and could be granted anew. */
export const grantsAreWhole: Invariant = (ctx) => {
  for (const [[grantee, granter], grant] of grants.entries(ctx)) {
    const name = `grant of ${granter} to ${grantee}`;
    if (grant.granter !== granter || grant.grantee !== grantee) {
      return `${name}: got ${grant.granter} to ${grant.grantee}`;
    }
    const fault = allowanceFault(grant.allowance);
    if (fault !== undefined) return `${name}: ${fault.message}`;
  }
  return undefined;
};

/** The queue names exactly the grants with an expiration, at their time. */
export const queueIsOfGrants: Invariant = (ctx) => {
  let due = 0;
  for (const [key, grant] of grants.entries(ctx)) {
    const last = grant.allowance === undefined ? undefined : lastMs(grant.allowance);
    if (last === undefined) continue;
    due += 1;
    if (!expiries.has(ctx, [last, key])) return `grant ${key.join(" of ")}: not in the queue`;
  }
  const queued = [...expiries.keys(ctx)].length;
  return queued === due ? undefined : `queue: expected ${due}, got ${queued}`;
};

/** The index by granter names exactly the grants. */
export const issuedAreGrants: Invariant = (ctx) => {
  let count = 0;
  for (const [granter, grantee] of issued.keys(ctx)) {
    count += 1;
    if (!grants.has(ctx, [grantee, granter])) return `issued ${granter} to ${grantee}: no grant`;
  }
  const all = [...grants.keys(ctx)].length;
  return count === all ? undefined : `issued: expected ${all}, got ${count}`;
};
