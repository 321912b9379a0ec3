import type { ChainDb } from "../../app/appState.ts";
import { Multistore } from "../../core/store/multistore.ts";

type Last = { readonly height: bigint; readonly timeMs: bigint; readonly meta: Uint8Array };
const none: Last = { height: 0n, timeMs: 0n, meta: new Uint8Array() };

/** A db that keeps nothing beyond the process: for tests that do not restart. May begin with the state of another. */
export function memoryDb(
  stores: readonly string[],
  multistore: Multistore = new Multistore({ stores }),
  begin: Last = none,
): ChainDb {
  let last = begin;
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
