import { join } from "node:path";
import type { BatchHasher } from "../../core/store/batch.ts";
import { Multistore } from "../../core/store/multistore.ts";
import { treeHasher } from "../crypto/treeHasher.ts";
import { machineDisk } from "./disk.ts";
import type { Disk } from "./disk.ts";
import { chainDigest } from "./record.ts";
import type { Folders, Log, Source } from "./recover.ts";
import { sidecarFolder } from "./snapshot.ts";

export type DbOptions = {
  readonly chainId: string;
  /** Names of the persistent stores. */
  readonly stores: readonly string[];
  /** Versions that can be queried with proofs, the last one included. */
  readonly keepVersions?: number;
  readonly segmentBytes?: number;
  /** Blocks between two state snapshots; 0n for none. */
  readonly snapshotEvery?: bigint;
  /** Snapshots kept below the kept versions: a spare for the one that a restart starts from. */
  readonly keepSnapshots?: number;
  readonly hasher?: BatchHasher;
  readonly log?: Log;
  readonly disk?: Disk;
};

export function foldersOf(dir: string): Folders {
  return {
    changes: join(dir, "changes"),
    snapshots: join(dir, "state-snapshots"),
    sidecars: join(dir, sidecarFolder),
  };
}

export function sourceOf(dir: string, options: DbOptions): Source {
  const keepVersions = Math.max(1, options.keepVersions ?? 100);
  const { stores } = options;
  const hasher = options.hasher ?? treeHasher();
  return {
    disk: options.disk ?? machineDisk,
    folders: foldersOf(dir),
    chain: chainDigest(options.chainId),
    make: () => new Multistore({ stores, keepVersions, hasher }),
    keepVersions,
    log: options.log ?? ((): void => undefined),
  };
}
