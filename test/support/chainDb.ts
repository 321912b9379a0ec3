import type { ChainDb } from "../../app/appState.ts";
import { Multistore } from "../../core/store/multistore.ts";

/** A db that keeps nothing beyond the process: for tests that do not restart. */
export function memoryDb(stores: readonly string[]): ChainDb {
  const multistore = new Multistore({ stores });
  let last = { height: 0n, timeMs: 0n, meta: new Uint8Array() };
  return {
    multistore,
    get lastHeight() {
      return last.height;
    },
    get appHash() {
      return multistore.appHash;
    },
    get timeMs() {
      return last.timeMs;
    },
    get meta() {
      return last.meta;
    },
    commit({ height, timeMs, meta }) {
      multistore.commit();
      last = {
        height,
        timeMs,
        meta: meta === undefined ? new Uint8Array() : Uint8Array.from(meta),
      };
    },
  };
}
