import { closeSync, fsyncSync, ftruncateSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { compareAscii } from "../../core/bytes.ts";

/** A file named after a height, 20 digits so that names sort as heights do. */
export type HeightFile = { readonly height: bigint; readonly path: string };

export function heightPath(dir: string, height: bigint, suffix: string): string {
  return join(dir, `${height.toString().padStart(20, "0")}${suffix}`);
}

/** The files of a suffix, lowest height first. */
export function listHeights(dir: string, suffix: string): HeightFile[] {
  const files: HeightFile[] = [];
  for (const name of readdirSync(dir).sort(compareAscii)) {
    const digits = name.slice(0, -suffix.length);
    if (!name.endsWith(suffix) || !/^[0-9]{20}$/.test(digits)) continue;
    files.push({ height: BigInt(digits), path: join(dir, name) });
  }
  return files;
}

export function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

/** Makes created, renamed and deleted names in a folder durable. */
export function syncFolder(dir: string): void {
  const fd = openSync(dir, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Cuts a file and makes the cut durable. */
export function truncateFile(path: string, length: number): void {
  const fd = openSync(path, "r+");
  try {
    ftruncateSync(fd, length);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
