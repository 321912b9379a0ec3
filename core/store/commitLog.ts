import type { ChangeSet, StoreKey } from "./kv.ts";
import { lowerBound } from "./lowerBound.ts";

type Commit = { readonly version: bigint; readonly keys: ReadonlyMap<string, readonly StoreKey[]> };

/** Which keys the last commits wrote. Keys alone: the values are the kept versions' matter. */
export class CommitLog {
  readonly #commits: Commit[] = [];
  /** Every commit after this one is in the log. */
  #knownSince = 0n;

  add(version: bigint, changes: ChangeSet): void {
    const keys = new Map(
      changes.map(({ store, changes: list }) => [store, list.map((c) => c.key)]),
    );
    this.#commits.push({ version, keys });
  }

  /** The state came from elsewhere: nothing is known of what was before. */
  restart(version: bigint): void {
    this.#commits.length = 0;
    this.#knownSince = version;
  }

  /** Forgets the commits up to this one. */
  forget(upTo: bigint): void {
    const kept = this.#commits.findIndex(({ version }) => version > upTo);
    this.#commits.splice(0, kept < 0 ? this.#commits.length : kept);
    if (upTo > this.#knownSince) this.#knownSince = upTo;
  }

  /** Keys in the range that commits after `since` wrote, up to `version`; undefined: not all are known. */
  between(
    since: bigint,
    version: bigint,
    store: string,
    range: readonly [StoreKey, StoreKey | undefined],
  ): StoreKey[] | undefined {
    if (since < this.#knownSince || since > version) return undefined;
    const [start, end] = range;
    const found: StoreKey[] = [];
    for (let i = this.#commits.length - 1; i >= 0; i--) {
      const commit = this.#commits[i];
      if (commit === undefined || commit.version <= since) break;
      const keys = commit.version <= version ? (commit.keys.get(store) ?? []) : [];
      for (let at = lowerBound(keys, start); at < keys.length; at++) {
        const key = keys[at];
        if (key === undefined || (end !== undefined && key >= end)) break;
        found.push(key);
      }
    }
    return found;
  }
}
