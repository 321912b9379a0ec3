import type { ReadCtx } from "../context.ts";

/**
 * A memory that lasts as long as the multistore it is of: several of them in one process share nothing. It may be lost
 * at any time (a restart, a restored snapshot), so nothing but time may depend on it (THREATS D17). undefined: the
 * state has no history to go by.
 */
export function heldByState<M>(make: () => M): (ctx: ReadCtx) => M | undefined {
  const memories = new WeakMap<object, M>();
  return (ctx) => {
    const { history } = ctx.store;
    if (history === undefined) return undefined;
    const found = memories.get(history.origin);
    if (found !== undefined) return found;
    const made = make();
    memories.set(history.origin, made);
    return made;
  };
}
