import { killPoint } from "../killPoint.ts";
import type { Multistore } from "../../core/store/multistore.ts";
import { StoreError } from "../../core/store/errors.ts";
import { heightPath, listHeights } from "./files.ts";
import { ChangeLog } from "./log.ts";
import type { LastBlock, Recovered, Source } from "./recover.ts";
import { listSegments } from "./segments.ts";
import { snapshotSuffix, writeSnapshot } from "./snapshot.ts";

/** A committed block, beside what the multistore has staged for it. */
export type CommitRecord = {
  readonly height: bigint;
  readonly timeMs: bigint;
  /** Opaque to the store; of the last block it is given back at the next start. */
  readonly meta?: Uint8Array;
};

export type DbLimits = {
  readonly unlock: () => void;
  readonly segmentBytes: number;
  readonly snapshotEvery: bigint;
  readonly keepSnapshots: number;
};

/** The durable state of one chain: the multistore in memory and the files that rebuild it. */
export class Db {
  readonly multistore: Multistore;
  readonly #source: Source;
  readonly #limits: DbLimits;
  readonly #changes: ChangeLog;
  #last: LastBlock;
  #snapshot: Promise<void> | undefined;
  #closed = false;

  constructor(source: Source, recovered: Recovered, limits: DbLimits) {
    this.multistore = recovered.multistore;
    this.#source = source;
    this.#limits = limits;
    this.#last = recovered.last;
    this.#changes = new ChangeLog(
      source.disk,
      source.folders.changes,
      limits.segmentBytes,
      recovered.end,
    );
  }

  /** 0n before the first commit. */
  get lastHeight(): bigint {
    return this.#last.height;
  }

  get appHash(): Uint8Array {
    return this.#last.appHash;
  }

  /** Block time of the last commit. */
  get timeMs(): bigint {
    return this.#last.timeMs;
  }

  get meta(): Uint8Array {
    return this.#last.meta;
  }

  /** Makes the staged height durable in one write, then the last commit. After a throw the process must end. */
  commit(record: CommitRecord): void {
    const { staged } = this.multistore;
    if (this.#closed || staged?.height !== record.height) {
      const got = this.#closed ? "a closed db" : `${staged?.height ?? "nothing"} staged`;
      throw new StoreError(`commit: expected height ${record.height} staged, got ${got}`);
    }
    const { changes, appHash } = staged;
    const { height, timeMs, meta = new Uint8Array(0) } = record;
    const { chain } = this.#source;
    const recordHash = this.#changes.append(
      { chain, height, timeMs, appHash, meta, changes },
      this.#last.recordHash,
    );
    killPoint("commit.logged");
    this.multistore.commit();
    this.#last = { height, timeMs, appHash, meta, recordHash };
    const every = this.#limits.snapshotEvery;
    if (every > 0n && height % every === 0n) void this.takeSnapshot();
  }

  /** Writes the last commit to a state snapshot beside the running chain; settles when it is durable or failed. */
  takeSnapshot(): Promise<void> {
    if (this.#snapshot !== undefined) return this.#snapshot;
    if (this.#closed || this.#last.height === 0n) return Promise.resolve();
    const last = this.#last;
    const unpin = this.multistore.pin(last.height);
    this.#snapshot = this.#write(last).finally(() => {
      unpin();
      this.#snapshot = undefined;
    });
    return this.#snapshot;
  }

  /** Gives the folder back, after a running snapshot has stopped. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#changes.close();
    await this.#snapshot;
    this.#limits.unlock();
  }

  // A snapshot only saves time at the next start: its failure is told, the chain goes on.
  async #write(last: LastBlock): Promise<void> {
    const { chain, disk, folders, log } = this.#source;
    const path = heightPath(folders.snapshots, last.height, snapshotSuffix);
    try {
      const head = { chain, ...last };
      const written = await writeSnapshot(disk, path, head, this.multistore, () => this.#closed);
      if (!written) return;
      log("info", `state snapshot of height ${last.height}`);
      this.#dropOld();
    } catch (error) {
      log("error", `no state snapshot of height ${last.height}: ${String(error)}`);
    }
  }

  /** Removes what no restart needs: it must still find a snapshot below the kept versions, and one to spare. */
  #dropOld(): void {
    const { disk, folders, keepVersions } = this.#source;
    const enough = this.#last.height - BigInt(keepVersions) + 1n;
    const below = listHeights(disk, folders.snapshots, snapshotSuffix).filter(
      ({ height }) => height <= enough,
    );
    const kept = below.slice(-this.#limits.keepSnapshots);
    const [base] = kept;
    if (base === undefined) return;
    // Segments first: a snapshot without the log after it is of no use, but harmless.
    const segments = listSegments(disk, folders.changes);
    for (const [i, segment] of segments.entries()) {
      const next = segments[i + 1];
      if (next !== undefined && next.height <= base.height + 1n) disk.remove(segment.path);
    }
    killPoint("snapshot.pruned-log");
    for (const { path } of below.slice(0, below.length - kept.length)) disk.remove(path);
    disk.syncFolder(folders.changes);
    killPoint("snapshot.pruned");
    disk.syncFolder(folders.snapshots);
  }
}
