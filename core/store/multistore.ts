import { compareAscii } from "../bytes.ts";
import { nobleHasher, PlainBatch } from "./batch.ts";
import type { BatchHasher } from "./batch.ts";
import { CommitLog } from "./commitLog.ts";
import { StoreError } from "./errors.ts";
import type { ChangeSet, History, ReadStore, StoreKey } from "./kv.ts";
import { merkleRoot } from "./merkle.ts";
import type { NamedRoot } from "./merkle.ts";
import { proveInStore } from "./prove.ts";
import type { StoreProof } from "./prove.ts";
import { Tree } from "./tree.ts";
import type { Entry, ExportedNode } from "./tree.ts";

export type MultistoreOptions = {
  /** Names of the persistent stores; all of them are in the app hash, empty ones too. */
  readonly stores: readonly string[];
  /** Versions that stay readable and provable, the last one included. */
  readonly keepVersions?: number;
  readonly hasher?: BatchHasher;
};

/** A height that is worked out but not committed. */
export type Staged = {
  readonly height: bigint;
  readonly changes: ChangeSet;
  readonly appHash: Uint8Array;
};

// The map answers reads of the last commit in one lookup; older versions go down the tree.
type Store = { readonly tree: Tree; readonly latest: Map<StoreKey, Uint8Array> };

/** The named trees of the chain, their last commit and the versions kept below it. */
export class Multistore {
  readonly storeNames: readonly string[];
  readonly #stores = new Map<string, Store>();
  readonly #keepVersions: bigint;
  readonly #pins: bigint[] = [];
  readonly #log = new CommitLog();
  #version = 0n;
  #oldest = 0n;
  #appHash: Uint8Array;
  #staged: Staged | undefined;

  constructor(options: MultistoreOptions) {
    const hasher = options.hasher ?? new PlainBatch(nobleHasher);
    this.storeNames = [...options.stores].sort(compareAscii);
    for (const name of this.storeNames) {
      if (this.#stores.has(name)) throw new StoreError(`stores: expected one ${name}, got two`);
      const tree = new Tree(hasher);
      this.#stores.set(name, { tree, latest: new Map() });
    }
    this.#keepVersions = BigInt(Math.max(1, options.keepVersions ?? 100));
    this.#appHash = merkleRoot(this.#roots());
  }

  /** The last committed height, 0n before the first. */
  get version(): bigint {
    return this.#version;
  }

  get appHash(): Uint8Array {
    return this.#appHash;
  }

  /** The oldest height that can be read and proved. */
  get oldestVersion(): bigint {
    return this.#oldest;
  }

  get staged(): Staged | undefined {
    return this.#staged;
  }

  /** Without a version: the last commit, whichever that is at each call. Else that version, or undefined. */
  view(): ReadStore;
  view(version: bigint): ReadStore | undefined;
  view(version?: bigint): ReadStore | undefined {
    if (version === undefined) return this.#viewOf(() => this.#version);
    return this.#keeps(version) ? this.#viewOf(() => version) : undefined;
  }

  /**
   * Works out the next height without committing it; what was staged before is dropped, because FinalizeBlock may
   * come twice. The first height may be any from 1, each later one is the last plus 1.
   */
  stage(height: bigint, changes: ChangeSet): Uint8Array {
    this.discard();
    if (height < 1n || (this.#version !== 0n && height !== this.#version + 1n)) {
      throw new StoreError(`height: expected ${this.#version + 1n}, got ${height}`);
    }
    for (const { store, changes: writes } of changes) {
      const { tree } = this.#require(store);
      let last = "" as StoreKey;
      for (const { key, value } of writes) {
        // The order of the writes decides the shape of the tree and with it the root.
        if (key <= last) throw new StoreError(`${store}: expected ascending keys in a change set`);
        last = key;
        if (value === undefined) tree.remove(key);
        else tree.set(key, value);
      }
    }
    const roots = this.storeNames.map((name): NamedRoot => [
      name,
      this.#require(name).tree.workingRoot(height),
    ]);
    this.#staged = { height, changes, appHash: merkleRoot(roots) };
    return this.#staged.appHash;
  }

  discard(): void {
    for (const name of this.storeNames) this.#require(name).tree.discard();
    this.#staged = undefined;
  }

  /** Makes the staged height the last commit and forgets the version that falls out of the kept ones. */
  commit(): void {
    const staged = this.#staged;
    if (staged === undefined) throw new StoreError("commit: expected a staged height, got none");
    for (const name of this.storeNames) this.#require(name).tree.saveVersion(staged.height);
    for (const { store, changes } of staged.changes) {
      const { latest } = this.#require(store);
      for (const { key, value } of changes) {
        if (value === undefined) latest.delete(key);
        else latest.set(key, value);
      }
    }
    if (this.#version === 0n) this.#oldest = staged.height;
    this.#version = staged.height;
    this.#log.add(staged.height, staged.changes);
    this.#appHash = staged.appHash;
    this.#staged = undefined;
    this.#prune();
  }

  appHashAt(version: bigint): Uint8Array | undefined {
    if (version === this.#version) return this.#appHash;
    return this.#keeps(version) ? merkleRoot(this.#roots(version)) : undefined;
  }

  /** Store names and roots of a kept version, sorted by name. */
  storeRoots(version: bigint): NamedRoot[] | undefined {
    return this.#keeps(version) ? this.#roots(version) : undefined;
  }

  /** Store names and what their roots are the hashes of, sorted by name. */
  rootPreimages(version: bigint): NamedRoot[] {
    return this.storeNames.map((name) => [name, this.#require(name).tree.rootPreimage(version)]);
  }

  /** The value and both proofs of WIRE.md 11; undefined when the version is not kept. */
  prove(store: string, key: StoreKey, version: bigint): StoreProof | undefined {
    const { tree } = this.#require(store);
    return this.#keeps(version)
      ? proveInStore(tree, this.#roots(version), store, key, version)
      : undefined;
  }

  /** Keeps a version beyond keepVersions until the returned function is called. */
  pin(version: bigint): () => void {
    if (!this.#keeps(version)) throw new StoreError(`pin: version ${version} is not kept`);
    this.#pins.push(version);
    return () => {
      const at = this.#pins.indexOf(version);
      if (at >= 0) this.#pins.splice(at, 1);
    };
  }

  /** Every node of a store at a kept version, in the order that restore takes. */
  exportStore(store: string, version: bigint): Generator<ExportedNode, undefined> {
    return this.#require(store).tree.export(version);
  }

  /** Fills a new multistore with the exported nodes of a version; called once per store, in sorted order. */
  restore(version: bigint, nodesOf: (store: string) => Iterable<ExportedNode>): Uint8Array {
    if (this.#version !== 0n) throw new StoreError("restore: expected an empty multistore");
    for (const name of this.storeNames) {
      const { tree, latest } = this.#require(name);
      tree.restore(version, nodesOf(name));
      for (const [key, value] of tree.range("" as StoreKey, undefined)) latest.set(key, value);
    }
    this.#version = version;
    this.#oldest = version;
    this.#log.restart(version);
    this.#appHash = merkleRoot(this.#roots());
    return this.#appHash;
  }

  #viewOf(version: () => bigint): ReadStore {
    const find = (name: string, key: StoreKey): Uint8Array | undefined => {
      const store = this.#require(name);
      const at = version();
      return at === this.#version ? store.latest.get(key) : store.tree.get(key, at);
    };
    const history = (): History => this.#historyAt(version());
    return {
      get history() {
        return history();
      },
      get: find,
      has: (name, key) => find(name, key) !== undefined,
      range: (name, start, end, reverse = false): Generator<Entry, undefined> =>
        this.#require(name).tree.range(start, end, reverse, version()),
    };
  }

  #historyAt(version: bigint): History {
    return {
      origin: this,
      version,
      committedSince: (since, store, start, end) =>
        this.#log.between(since, version, store, [start, end]),
      written: () => [],
    };
  }

  #keeps(version: bigint): boolean {
    return version >= this.#oldest && version <= this.#version && version > 0n;
  }

  #prune(): void {
    let below = this.#version - this.#keepVersions + 1n;
    for (const pin of this.#pins) if (pin < below) below = pin;
    if (below <= this.#oldest) return;
    for (const name of this.storeNames) this.#require(name).tree.prune(below);
    this.#oldest = below;
    this.#log.forget(below);
  }

  #roots(version: bigint = this.#version): NamedRoot[] {
    return this.storeNames.map((name) => [name, this.#require(name).tree.root(version)]);
  }

  #require(name: string): Store {
    const store = this.#stores.get(name);
    if (store === undefined) throw new StoreError(`store: expected a known name, got ${name}`);
    return store;
  }
}
