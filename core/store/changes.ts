import { equalBytes } from "../bytes.ts";
import type { ChangeSet, ReadStore } from "./kv.ts";

/**
 * What a block really changes: writes of the value that stands already and deletes of absent keys are dropped.
 * An IAVL tree takes an equal value for a change, and an idle chain would never rest (WIRE.md 10).
 */
export function netChanges(committed: ReadStore, dirty: ChangeSet): ChangeSet {
  const net = dirty.map(({ store, changes }) => ({
    store,
    changes: changes.filter(({ key, value }) => {
      const before = committed.get(store, key);
      if (before === undefined || value === undefined) return before !== value;
      return !equalBytes(before, value);
    }),
  }));
  return net.filter(({ changes }) => changes.length > 0);
}
