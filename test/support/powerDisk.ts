import { dirname, basename, join } from "node:path";
import type { Disk, DiskFile, OpenMode } from "../../app/db/index.ts";

/** What a file went through since its last sync. */
export type FileChange =
  | { readonly kind: "write"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "cut"; readonly length: number };

/** One step on the names of a folder: a rename takes one away and sets another at once. */
export type NameChange = {
  readonly gone?: string;
  readonly set?: { readonly name: string; readonly inode: number };
};

export type Inode = {
  readonly now: Uint8Array;
  readonly durable: Uint8Array;
  readonly changes: readonly FileChange[];
};

export type FolderState = {
  readonly now: ReadonlyMap<string, number>;
  readonly durable: ReadonlyMap<string, number>;
  readonly changes: readonly NameChange[];
};

/** Everything that a power cut at one moment can still decide. */
export type Moment = {
  readonly inodes: ReadonlyMap<number, Inode>;
  readonly folders: ReadonlyMap<string, FolderState>;
};

export type Files = ReadonlyMap<string, Uint8Array>;

export class Killed extends Error {
  override readonly name = "Killed";
}

export function changed(bytes: Uint8Array, change: FileChange): Uint8Array {
  if (change.kind === "cut") return bytes.slice(0, change.length);
  const next = new Uint8Array(Math.max(bytes.length, change.at + change.bytes.length));
  next.set(bytes);
  next.set(change.bytes, change.at);
  return next;
}

export function renamed(
  names: ReadonlyMap<string, number>,
  { gone, set }: NameChange,
): Map<string, number> {
  const next = new Map(names);
  if (gone !== undefined) next.delete(gone);
  if (set !== undefined) next.set(set.name, set.inode);
  return next;
}

const noFile = (path: string): Error =>
  Object.assign(new Error(`ENOENT: no such file, ${path}`), { code: "ENOENT" });

/**
 * A disk in memory that knows what was synced. `onStep` is called before every operation that changes it; when it
 * throws the process of the test is dead, and boot() begins the next one on what the machine still has.
 */
export class PowerDisk {
  readonly #inodes = new Map<number, Inode>();
  readonly #folders = new Map<string, FolderState>();
  #nextInode = 1;
  #life = 0;
  onStep: (step: string) => void = () => undefined;

  /** A disk that holds these files, all of them durable. */
  static of(files: Files, folders: readonly string[]): PowerDisk {
    const disk = new PowerDisk();
    for (const dir of folders) disk.#makeFolder(dir);
    for (const [path, bytes] of files) {
      const id = disk.#nextInode++;
      disk.#inodes.set(id, { now: bytes, durable: bytes, changes: [] });
      const dir = dirname(path);
      const folder = disk.#folders.get(dir) ?? { now: new Map(), durable: new Map(), changes: [] };
      const names = new Map(folder.now).set(basename(path), id);
      disk.#folders.set(dir, { now: names, durable: names, changes: [] });
    }
    return disk;
  }

  /** A new process on this disk; the one before can do nothing any more. */
  boot(): Disk {
    const life = ++this.#life;
    const step = (name: string): void => {
      this.#requireAlive(life);
      this.onStep(name);
    };
    return {
      open: (path, mode) => this.#open(path, mode, step, life),
      names: (dir) => [...this.#folder(dir).now.keys()],
      makeFolder: (dir) => this.#makeFolder(dir),
      rename: (from, to) => {
        step("rename");
        const dir = dirname(from);
        const inode = this.#inodeOf(from);
        this.#name(dir, { gone: basename(from), set: { name: basename(to), inode } });
      },
      remove: (path) => {
        if (!this.#folder(dirname(path)).now.has(basename(path))) return;
        step("remove");
        this.#name(dirname(path), { gone: basename(path) });
      },
      syncFolder: (dir) => {
        step("syncFolder");
        const { now } = this.#folder(dir);
        this.#folders.set(dir, { now, durable: now, changes: [] });
      },
      lock: () => () => undefined,
    };
  }

  moment(): Moment {
    return { inodes: new Map(this.#inodes), folders: new Map(this.#folders) };
  }

  /** A sync failed: programs still see what they wrote, no later sync brings it to the disk. */
  forgetUnsynced(): void {
    for (const [id, { now, durable }] of this.#inodes)
      this.#inodes.set(id, { now, durable, changes: [] });
  }

  /** As a program sees it now. */
  files(): Files {
    const files = new Map<string, Uint8Array>();
    for (const [dir, { now }] of this.#folders)
      for (const [name, id] of now) files.set(join(dir, name), this.#inode(id).now);
    return files;
  }

  #requireAlive(life: number): void {
    if (life !== this.#life) throw new Killed("a dead process wrote");
  }

  #makeFolder(dir: string): void {
    if (!this.#folders.has(dir))
      this.#folders.set(dir, { now: new Map(), durable: new Map(), changes: [] });
  }

  #folder(dir: string): FolderState {
    const found = this.#folders.get(dir) ?? { now: new Map(), durable: new Map(), changes: [] };
    return found;
  }

  #inode(id: number): Inode {
    const found = this.#inodes.get(id);
    if (found === undefined) throw noFile(`inode ${id}`);
    return found;
  }

  #inodeOf(path: string): number {
    const id = this.#folder(dirname(path)).now.get(basename(path));
    if (id === undefined) throw noFile(path);
    return id;
  }

  #name(dir: string, change: NameChange): void {
    const { now, durable, changes } = this.#folder(dir);
    this.#folders.set(dir, { now: renamed(now, change), durable, changes: [...changes, change] });
  }

  #change(id: number, change: FileChange): void {
    const { now, durable, changes } = this.#inode(id);
    this.#inodes.set(id, { now: changed(now, change), durable, changes: [...changes, change] });
  }

  #open(path: string, mode: OpenMode, step: (name: string) => void, life: number): DiskFile {
    const dir = dirname(path);
    const known = this.#folder(dir).now.get(basename(path));
    if (mode === "create" && known !== undefined)
      throw Object.assign(new Error(`EEXIST: ${path}`), { code: "EEXIST" });
    let id = known;
    if (id === undefined) {
      if (mode === "read" || mode === "change") throw noFile(path);
      step("create");
      id = this.#nextInode++;
      this.#inodes.set(id, { now: new Uint8Array(0), durable: new Uint8Array(0), changes: [] });
      this.#name(dir, { set: { name: basename(path), inode: id } });
    } else if (mode === "replace") {
      step("cut");
      this.#change(id, { kind: "cut", length: 0 });
    }
    return this.#file(id, step, life);
  }

  #file(id: number, step: (name: string) => void, life: number): DiskFile {
    const write = (bytes: Uint8Array, at: number): number => {
      this.#requireAlive(life);
      try {
        step("write");
      } catch (error) {
        // A process may die when a part of its bytes has gone over.
        this.#change(id, { kind: "write", at, bytes: bytes.slice(0, bytes.length >> 1) });
        throw error;
      }
      this.#change(id, { kind: "write", at, bytes: bytes.slice() });
      return bytes.length;
    };
    const sync = (): void => {
      step("sync");
      const { now, durable, changes } = this.#inode(id);
      this.#inodes.set(id, { now, durable: changes.reduce(changed, durable), changes: [] });
    };
    return {
      write,
      writeLater: async (bytes, at) => {
        await new Promise((resolve) => setImmediate(resolve));
        return write(bytes, at);
      },
      read: (into, at) => {
        const part = this.#inode(id).now.subarray(at, at + into.length);
        into.set(part);
        return part.length;
      },
      size: () => this.#inode(id).now.length,
      truncate: (length) => {
        step("cut");
        this.#change(id, { kind: "cut", length });
      },
      sync,
      syncLater: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        sync();
      },
      close: () => this.#requireAlive(life),
    };
  }
}
