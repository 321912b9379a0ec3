import path from "node:path";
import type { JournalDisk } from "../../executor/journal.ts";

type Inode = { bytes: Buffer; durable: Buffer };
export type DiskFault = "ENOSPC" | "EIO" | "EROFS" | "short";
export type FaultPlan = {
  readonly fault: DiskFault;
  readonly at: number;
  readonly forever: boolean;
};

const faultOf = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });

/** A disk in memory that loses what is not synced, and whose operation number `at` fails. */
export class MemoryJournalDisk implements JournalDisk {
  #files = new Map<string, Inode>();
  #durable = new Map<string, Inode>();
  readonly #open = new Map<number, Inode | "folder">();
  #nextDescriptor = 3;
  plan: FaultPlan | undefined;
  #left = 0;
  fired = 0;

  break(plan: FaultPlan | undefined): void {
    this.plan = plan;
    this.#left = plan?.at ?? 0;
    this.fired = 0;
  }

  /** The machine is without power: names and bytes are those that were synced. */
  cutPower(): void {
    this.#files = new Map(this.#durable);
    for (const inode of this.#files.values()) inode.bytes = Buffer.from(inode.durable);
    this.#open.clear();
  }

  contents(file: string): Buffer {
    return this.#files.get(file)?.bytes ?? Buffer.alloc(0);
  }

  /** A file as it is found: all of it on the disk. */
  place(file: string, bytes: Uint8Array): void {
    const inode = { bytes: Buffer.from(bytes), durable: Buffer.from(bytes) };
    this.#files.set(file, inode);
    this.#durable.set(file, inode);
  }

  #fails(): boolean {
    if (this.plan === undefined) return false;
    const now = this.#left-- === 0 || (this.plan.forever && this.#left < 0);
    if (now) this.fired += 1;
    return now;
  }

  #step(): void {
    if (this.plan !== undefined && this.plan.fault !== "short" && this.#fails())
      throw faultOf(this.plan.fault);
  }

  mkdirSync(): void {
    this.#step();
  }

  existsSync(file: string): boolean {
    return this.#files.has(file);
  }

  readFileSync(file: string): string {
    return this.contents(file).toString("utf8");
  }

  openSync(file: string, flags: string): number {
    if (flags !== "r") this.#step();
    const descriptor = this.#nextDescriptor++;
    if (flags === "w") {
      const inode = { bytes: Buffer.alloc(0), durable: Buffer.alloc(0) };
      this.#files.set(file, inode);
      this.#open.set(descriptor, inode);
    } else {
      this.#open.set(descriptor, this.#files.get(file) ?? "folder");
    }
    return descriptor;
  }

  writeSync(descriptor: number, bytes: Uint8Array, offset: number, length: number): number {
    const inode = this.#open.get(descriptor);
    if (inode === undefined || inode === "folder") throw faultOf("EBADF");
    // The last byte cannot be taken in part.
    const fails = (this.plan?.fault !== "short" || length > 1) && this.#fails();
    const failing = fails && this.plan?.fault !== "short";
    // A full disk takes what fits and tells with the next call.
    const taken = fails ? 1 + (length >> 2) : length;
    inode.bytes = Buffer.concat([inode.bytes, bytes.subarray(offset, offset + taken)]);
    if (failing) throw faultOf(this.plan?.fault ?? "EIO");
    return taken;
  }

  fsyncSync(descriptor: number): void {
    const inode = this.#open.get(descriptor);
    if (inode === undefined) throw faultOf("EBADF");
    if (this.plan?.fault !== "short" && this.#fails()) {
      // What Linux does: the pages are gone, and the next sync reports success.
      if (inode !== "folder") inode.bytes = Buffer.from(inode.durable);
      throw faultOf("EIO");
    }
    if (inode === "folder") this.#durable = new Map(this.#files);
    else inode.durable = Buffer.from(inode.bytes);
  }

  closeSync(descriptor: number): void {
    this.#open.delete(descriptor);
  }

  renameSync(from: string, to: string): void {
    this.#step();
    const inode = this.#files.get(from);
    if (inode === undefined) throw faultOf("ENOENT");
    this.#files.set(to, inode);
    this.#files.delete(from);
  }
}

export const journalFile = path.join("data", "journal.log");
