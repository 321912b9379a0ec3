import { join } from "node:path";
import type { Hasher } from "../../core/store/hashing.ts";
import { Multistore } from "../../core/store/multistore.ts";
import { nativeSha256 } from "../crypto/hash.ts";
import { machineDisk } from "./disk.ts";
import type { Disk } from "./disk.ts";
import { chainDigest } from "./record.ts";
import type { Folders, Log, Source } from "./recover.ts";

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
  readonly hasher?: Hasher;
  readonly log?: Log;
  readonly disk?: Disk;
};

export function foldersOf(dir: string): Folders {
  return { changes: join(dir, "changes"), snapshots: join(dir, "state-snapshots") };
}

export function sourceOf(dir: string, options: DbOptions): Source {
  const keepVersions = Math.max(1, options.keepVersions ?? 100);
  const { stores } = options;
  const hasher = options.hasher ?? nativeSha256;
  return {
    disk: options.disk ?? machineDisk,
    folders: foldersOf(dir),
    chain: chainDigest(options.chainId),
    make: () => new Multistore({ stores, keepVersions, hasher }),
    keepVersions,
    log: options.log ?? ((): void => undefined),
  };
}
