import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  write,
  writeSync,
  fsync,
} from "node:fs";
import { promisify } from "node:util";
import { lockFolder } from "./lock.ts";

/** An open file; offsets are explicit, a write or read may do less than asked. */
export type DiskFile = {
  write(bytes: Uint8Array, at: number): number;
  /** Beside the event loop, for what is long. */
  writeLater(bytes: Uint8Array, at: number): Promise<number>;
  read(into: Uint8Array, at: number): number;
  size(): number;
  truncate(length: number): void;
  /** Content and length are durable when it returns. */
  sync(): void;
  syncLater(): Promise<void>;
  close(): void;
};

/** `create` fails where the file exists, `replace` empties it. */
export type OpenMode = "read" | "change" | "create" | "replace";

/**
 * All that the store does to a disk. Behind it stands the machine's file system; tests put one there whose
 * power fails, which is full, or which forgets what was not synced.
 */
export type Disk = {
  open(path: string, mode: OpenMode): DiskFile;
  names(dir: string): string[];
  makeFolder(dir: string): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Created, renamed and deleted names of the folder are durable when it returns. */
  syncFolder(dir: string): void;
  /** Takes the folder for this process; the returned function gives it back. */
  lock(dir: string): () => void;
};

const flagsOf = { read: "r", change: "r+", create: "wx+", replace: "w+" } as const;
const writeSoon = promisify(write);
const fsyncSoon = promisify(fsync);

function fileOf(fd: number): DiskFile {
  return {
    write: (bytes, at) => writeSync(fd, bytes, 0, bytes.length, at),
    writeLater: async (bytes, at) => (await writeSoon(fd, bytes, 0, bytes.length, at)).bytesWritten,
    read: (into, at) => readSync(fd, into, 0, into.length, at),
    size: () => fstatSync(fd).size,
    truncate: (length) => ftruncateSync(fd, length),
    sync: () => fdatasyncSync(fd),
    syncLater: () => fsyncSoon(fd),
    close: () => closeSync(fd),
  };
}

/** The file system of the machine. */
export const machineDisk: Disk = {
  open: (path, mode) => fileOf(openSync(path, flagsOf[mode])),
  names: (dir) => readdirSync(dir),
  makeFolder: (dir) => void mkdirSync(dir, { recursive: true }),
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  syncFolder(dir) {
    const fd = openSync(dir, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
  lock: lockFolder,
};

export function withFile<T>(
  disk: Disk,
  path: string,
  mode: OpenMode,
  use: (file: DiskFile) => T,
): T {
  const file = disk.open(path, mode);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

/** The bytes from..to, fewer where the file ends before. */
export function readPart(file: DiskFile, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(to - from);
  let done = 0;
  while (done < bytes.length) {
    const got = file.read(bytes.subarray(done), from + done);
    if (got === 0) break;
    done += got;
  }
  return bytes.subarray(0, done);
}

export function readWhole(disk: Disk, path: string): Uint8Array {
  return withFile(disk, path, "read", (file) => readPart(file, 0, file.size()));
}
