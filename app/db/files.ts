import { join } from "node:path";
import { compareAscii } from "../../core/bytes.ts";
import { withFile } from "./disk.ts";
import type { Disk, DiskFile } from "./disk.ts";

/** A file named after a height, 20 digits so that names sort as heights do. */
export type HeightFile = { readonly height: bigint; readonly path: string };

export function heightPath(dir: string, height: bigint, suffix: string): string {
  return join(dir, `${height.toString().padStart(20, "0")}${suffix}`);
}

/** The files of a suffix, lowest height first. */
export function listHeights(disk: Disk, dir: string, suffix: string): HeightFile[] {
  const files: HeightFile[] = [];
  for (const name of disk.names(dir).sort(compareAscii)) {
    const digits = name.slice(0, -suffix.length);
    if (!name.endsWith(suffix) || !/^[0-9]{20}$/.test(digits)) continue;
    files.push({ height: BigInt(digits), path: join(dir, name) });
  }
  return files;
}

/** A disk that takes nothing and reports no error would hold us for ever. */
function requireProgress(written: number): number {
  if (written <= 0) throw new Error(`write: expected some bytes written, got ${written}`);
  return written;
}

export function writeFully(file: DiskFile, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;) {
    done += requireProgress(file.write(bytes.subarray(done), at + done));
  }
}

/** The same beside the event loop; answers where the next bytes go. */
export async function writeFullyLater(
  file: DiskFile,
  bytes: Uint8Array,
  at: number,
): Promise<number> {
  for (let done = 0; done < bytes.length;) {
    done += requireProgress(await file.writeLater(bytes.subarray(done), at + done));
  }
  return at + bytes.length;
}

/** Cuts a file and makes the cut durable. */
export function truncateFile(disk: Disk, path: string, length: number): void {
  withFile(disk, path, "change", (file) => {
    file.truncate(length);
    file.sync();
  });
}
