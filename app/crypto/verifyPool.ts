import { Worker } from "node:worker_threads";
import { verifySecp256k1 } from "./secp256k1.ts";

/** One signature: 33-byte key, 32-byte digest, 64-byte R||S; of other lengths it is not good. */
export type SignatureJob = {
  readonly publicKey: Uint8Array;
  readonly digest: Uint8Array;
  readonly signature: Uint8Array;
};

export const jobBytes = 33 + 32 + 64;
/** Places in `control`: raised with each batch, the next job to take, how many there are, how many workers wait. */
export const places = { batch: 0, next: 1, count: 2, idle: 3 } as const;
export const verdicts = { pending: 0, good: 1, bad: 2 } as const;

export type SharedJobs = {
  readonly control: Int32Array;
  readonly jobs: Uint8Array;
  readonly verdicts: Uint8Array;
};

const capacity = 4_096;
/** Far beyond the time of a batch: a worker that is gone must not hold up a block. */
const patienceMs = 2_000;

/** Takes jobs until none is left; on both sides of the pool. */
export function work({ control, jobs, verdicts: found }: SharedJobs): void {
  const count = Atomics.load(control, places.count);
  for (;;) {
    const at = Atomics.add(control, places.next, 1);
    if (at >= count) return;
    const job = jobs.subarray(at * jobBytes, (at + 1) * jobBytes);
    const good = verifySecp256k1(job.subarray(0, 33), job.subarray(33, 65), job.subarray(65));
    Atomics.store(found, at, good ? verdicts.good : verdicts.bad);
  }
}

/**
 * Verifies many signatures on all cores while the caller waits, so that the kernel stays synchronous (PERFORMANCE P2).
 * The verdicts are those of verifySecp256k1; without workers the caller does all of it.
 */
export class VerifyPool {
  readonly #shared: SharedJobs;
  readonly #workers: Worker[];
  #broken = false;

  /** @param workers threads beside the caller's own */
  constructor(workers: number) {
    this.#shared = {
      control: new Int32Array(new SharedArrayBuffer(4 * Object.keys(places).length)),
      jobs: new Uint8Array(new SharedArrayBuffer(capacity * jobBytes)),
      verdicts: new Uint8Array(new SharedArrayBuffer(capacity)),
    };
    const file = import.meta.url.endsWith(".ts") ? "./verifyWorker.ts" : "./verifyWorker.js";
    const url = new URL(file, import.meta.url);
    this.#workers = Array.from({ length: workers }, () => {
      const worker = new Worker(url, { workerData: this.#shared });
      worker.unref();
      worker.on("error", () => (this.#broken = true));
      return worker;
    });
  }

  /** True once every worker waits for work. */
  get ready(): boolean {
    const idle = Atomics.load(this.#shared.control, places.idle);
    return !this.#broken && this.#workers.length > 0 && idle === this.#workers.length;
  }

  verify(all: readonly SignatureJob[]): boolean[] {
    const good: boolean[] = [];
    for (let from = 0; from < all.length; from += capacity) {
      const part = all.slice(from, from + capacity);
      good.push(...(this.ready ? this.#verifyShared(part) : part.map(verifyHere)));
    }
    return good;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #verifyShared(part: readonly SignatureJob[]): boolean[] {
    const { control, jobs, verdicts: found } = this.#shared;
    for (const [i, { publicKey, digest, signature }] of part.entries()) {
      const fits = publicKey.length === 33 && digest.length === 32 && signature.length === 64;
      found[i] = fits ? verdicts.pending : verdicts.bad;
      // An empty key is never good, and the places of a job are all written anew.
      jobs.fill(0, i * jobBytes, (i + 1) * jobBytes);
      if (!fits) continue;
      jobs.set(publicKey, i * jobBytes);
      jobs.set(digest, i * jobBytes + 33);
      jobs.set(signature, i * jobBytes + 65);
    }
    Atomics.store(control, places.count, part.length);
    Atomics.store(control, places.next, 0);
    Atomics.store(control, places.idle, 0);
    Atomics.add(control, places.batch, 1);
    Atomics.notify(control, places.batch);
    work(this.#shared);
    this.#awaitWorkers();
    return part.map((job, i) =>
      found[i] === verdicts.pending ? verifyHere(job) : found[i] === verdicts.good,
    );
  }

  /** No batch may begin while a worker could still take a job of the one before. */
  #awaitWorkers(): void {
    const { control } = this.#shared;
    for (;;) {
      const idle = Atomics.load(control, places.idle);
      if (idle === this.#workers.length) return;
      if (Atomics.wait(control, places.idle, idle, patienceMs) === "timed-out") {
        this.#broken = true;
        return;
      }
    }
  }
}

function verifyHere({ publicKey, digest, signature }: SignatureJob): boolean {
  return verifySecp256k1(publicKey, digest, signature);
}
