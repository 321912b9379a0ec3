import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** A folder on a file system of its own, in memory, which can be filled to the last block. */
export class SmallDisk {
  readonly folder: string;
  readonly #ballast: string[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Why no such disk can be had here; undefined when it can. */
  static refusal(): string | undefined {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "assay-disk-"));
    const { status, stderr, error } = spawnSync("mount", mountArgs(folder, "64k"));
    if (status === 0) execFileSync("umount", [folder]);
    fs.rmdirSync(folder);
    return status === 0 ? undefined : `no file system of its own: ${error?.message ?? stderr}`;
  }

  /** Moves what is in the folder onto a disk of this size. Nobody may use it meanwhile. */
  static under(folder: string, size: string): SmallDisk {
    const aside = `${folder}.aside`;
    fs.renameSync(folder, aside);
    fs.mkdirSync(folder);
    execFileSync("mount", mountArgs(folder, size));
    execFileSync("cp", ["-a", `${aside}/.`, folder]);
    fs.rmSync(aside, { recursive: true });
    return new SmallDisk(folder);
  }

  /** Takes every block that is left, and those that others give back in the meantime. */
  fill(): void {
    const { bavail, bsize } = fs.statfsSync(this.folder);
    if (bavail === 0) return;
    const file = path.join(this.folder, `ballast${this.#ballast.length}`);
    this.#ballast.push(file);
    try {
      fs.writeFileSync(file, Buffer.alloc(bavail * bsize));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }

  makeRoom(): void {
    for (const file of this.#ballast.splice(0)) fs.rmSync(file);
  }

  /** Nobody may have a file open for writing. */
  setReadOnly(isReadOnly: boolean): void {
    execFileSync("mount", ["-o", `remount,${isReadOnly ? "ro" : "rw"}`, this.folder]);
  }

  /** The folder is on the machine's own disk again, with what is in it. */
  remove(): void {
    this.makeRoom();
    const aside = `${this.folder}.aside`;
    execFileSync("cp", ["-a", this.folder, aside]);
    execFileSync("umount", [this.folder]);
    fs.rmdirSync(this.folder);
    fs.renameSync(aside, this.folder);
  }
}

const mountArgs = (folder: string, size: string): string[] => [
  ...["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder],
];
