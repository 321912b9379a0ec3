import { killPoint } from "../killPoint.ts";
import type { Multistore } from "../../core/store/multistore.ts";
import { StoreError } from "../../core/store/errors.ts";
import { utf8Encode } from "../../core/bytes.ts";
import { orUnusable } from "./errors.ts";
import { heightPath } from "./files.ts";
import { Intake } from "./intake.ts";
import { ChangeLog } from "./log.ts";
import type { Manifest } from "./manifest.ts";
import { digest } from "./record.ts";
import type { LastBlock, Recovered, Source } from "./recover.ts";
import { listSegments } from "./segments.ts";
import { snapshotSuffix, writeSnapshot } from "./snapshot.ts";
import type { SnapshotFolder } from "./snapshotFolder.ts";

/** A committed block, beside what the multistore has staged for it. */
export type CommitRecord = {
  readonly height: bigint;
  readonly timeMs: bigint;
  /** Opaque to the store; of the last block it is given back at the next start. */
  readonly meta?: Uint8Array;
};

export type DbLimits = {
  readonly unlock: () => void;
  readonly snapshots: SnapshotFolder;
  readonly segmentBytes: number;
  readonly snapshotEvery: bigint;
  readonly keepSnapshots: number;
};

/** The durable state of one chain: the multistore in memory and the files that rebuild it. */
export class Db {
  readonly snapshots: SnapshotFolder;
  #multistore: Multistore;
  readonly #source: Source;
  readonly #limits: DbLimits;
  readonly #changes: ChangeLog;
  #last: LastBlock;
  #snapshot: Promise<void> | undefined;
  #closed = false;

  constructor(source: Source, recovered: Recovered, limits: DbLimits) {
    this.#multistore = recovered.multistore;
    this.snapshots = limits.snapshots;
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

  /** Another one after a restore: nobody may keep it. */
  get multistore(): Multistore {
    return this.#multistore;
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
    if (every === 0n || height % every !== 0n) return;
    this.#changes.startSegment();
    void this.takeSnapshot();
  }

  /** Whether the state may be replaced by a snapshot: no block of its own was ever committed on top of it. */
  get isRestorable(): boolean {
    return !this.#closed && this.#changes.isEmpty;
  }

  /** Starts to take in a snapshot whose trees must have this app hash. */
  receive(manifest: Manifest, block: Pick<LastBlock, "appHash" | "timeMs" | "meta">): Intake {
    const { chain, disk, folders, make } = this.#source;
    const { height } = manifest;
    // The records before are not here; what follows names this state instead.
    const recordHash = digest(
      Buffer.concat([utf8Encode(`assay/v1/restored:${height}:`), chain, block.appHash]),
    );
    const head = { ...block, chain, height, recordHash };
    return orUnusable(
      folders.snapshots,
      () => new Intake({ disk, folder: folders.snapshots, manifest, head, make }),
    );
  }

  /** Goes on from a received snapshot; false, and the state stays as it was, when it proves to be another. */
  restore(intake: Intake): boolean {
    if (!this.isRestorable) throw new StoreError("restore: expected a db without blocks");
    const loaded = intake.verify();
    if (loaded === undefined) return false;
    killPoint("restore.verified");
    const { height } = loaded.head;
    orUnusable(this.snapshots.path, () => {
      intake.install();
      this.snapshots.refresh();
      this.snapshots.remove(this.snapshots.heights.filter((other) => other !== height));
    });
    killPoint("restore.installed");
    this.#multistore = loaded.multistore;
    this.#last = { ...loaded.head };
    this.#source.log("info", `state restored from a snapshot of height ${height}`);
    return true;
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
    this.snapshots.refresh();
    const below = this.snapshots.heights.filter((height) => height <= enough);
    const kept = below.slice(-this.#limits.keepSnapshots);
    const [base] = kept;
    if (base === undefined) return;
    // Segments first: a snapshot without the log after it is of no use, but harmless.
    const segments = listSegments(disk, folders.changes);
    for (const [i, segment] of segments.entries()) {
      const next = segments[i + 1];
      if (next !== undefined && next.height <= base + 1n) disk.remove(segment.path);
    }
    killPoint("snapshot.pruned-log");
    disk.syncFolder(folders.changes);
    this.snapshots.remove(below.slice(0, below.length - kept.length));
  }
}
