import type { Ctx, ReadCtx } from "../../core/context.ts";
import { counters, works } from "./state.ts";
import type { Counter, Place, Work } from "./types.ts";

export function findCounter(ctx: ReadCtx, work: Work): Counter | undefined {
  return counters.get(ctx, keyOf(work));
}

export function saveCounter(ctx: Ctx, before: Counter | undefined, counter: Counter): void {
  counters.set(ctx, keyOf(counter), counter);
  if (before !== undefined) return;
  const { service, node, role, key } = counter;
  works.add(ctx, [
    [service, node],
    [role, key],
  ]);
}

/** Counters of a node on a service, by role and key. */
export function* countersOf(ctx: ReadCtx, { service, node }: Place): Generator<Counter, undefined> {
  for (const [, [role, key]] of works.keys(ctx, { under: [service, node] })) {
    const counter = findCounter(ctx, { service, node, role, key });
    if (counter !== undefined) yield counter;
  }
  return undefined;
}

function keyOf({
  service,
  role,
  key,
  node,
}: Work): readonly [readonly [string, Work["role"], string], Work["node"]] {
  return [[service, role, key], node];
}
