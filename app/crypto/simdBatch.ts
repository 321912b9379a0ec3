import { batchSize, longestInBatch, requireRoom } from "../../core/store/batch.ts";
import type { BatchHasher } from "../../core/store/batch.ts";
import { nativeSha256 } from "./hash.ts";
import { firstFree, memoryBytes, moduleBase64 } from "./sha256Wasm/module.ts";

const blockBytes = 64;
const digestBytes = 32;
/** An input, its digest: two addresses. */
const jobBytes = 8;
const lanes = 4;
const mostBlocks = (longestInBatch + 9) / blockBytes;
// A list of jobs per number of blocks, with room to fill its last group of lanes.
const listBytes = (batchSize + lanes) * jobBytes;
const jobsAt = firstFree;
const digestsAt = jobsAt + (mostBlocks + 1) * listBytes;
const inputsAt = Math.ceil((digestsAt + batchSize * digestBytes) / blockBytes) * blockBytes;
const inputsEnd = inputsAt + batchSize * mostBlocks * blockBytes;
if (inputsEnd > memoryBytes)
  throw new Error(`memory of the hasher: expected ${inputsEnd} bytes, got ${memoryBytes}`);

type Exports = {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly run: (jobs: number, groups: number, blocks: number) => void;
};

/** SHA-256 in WebAssembly, four inputs of equally many blocks side by side (sha256Wasm/generate.mjs). */
export class SimdBatch implements BatchHasher {
  readonly one = nativeSha256;
  readonly inputs: Uint8Array;
  readonly digests: Uint8Array;
  readonly #run: Exports["run"];
  readonly #jobs: DataView;
  /** The inputs as 8 bytes each, to clear what follows one. */
  readonly #eights: Float64Array;
  readonly #jobsOf = new Uint32Array(mostBlocks + 1);
  #placed = 0;
  #next = 0;

  /** Throws where there is no WebAssembly or no SIMD. */
  constructor() {
    const module = new WebAssembly.Module(Buffer.from(moduleBase64, "base64"));
    // The module is ours, and so is the form of what it exports.
    const { memory, run } = new WebAssembly.Instance(module).exports as unknown as Exports;
    this.#run = run;
    this.#jobs = new DataView(memory.buffer, jobsAt, digestsAt - jobsAt);
    this.digests = new Uint8Array(memory.buffer, digestsAt, batchSize * digestBytes);
    this.inputs = new Uint8Array(memory.buffer, inputsAt, inputsEnd - inputsAt);
    this.#eights = new Float64Array(memory.buffer, inputsAt, (inputsEnd - inputsAt) >>> 3);
  }

  place(length: number): number {
    requireRoom(this.#placed, length);
    const start = this.#next;
    const blocks = (length + 9 + blockBytes - 1) >>> 6;
    const end = start + blocks * blockBytes;
    this.#next = end;
    // What follows an input is at most 72 bytes: the byte 0x80, zeros, the length in bits.
    const eights = this.#eights;
    for (let i = Math.max(start, end - 80) >>> 3; i < end >>> 3; i++) eights[i] = 0;
    this.inputs[start + length] = 0x80;
    this.inputs[end - 2] = length >>> 5;
    this.inputs[end - 1] = (length << 3) & 0xff;
    this.#addJob(blocks, start + inputsAt, this.#placed++ * digestBytes + digestsAt);
    return start;
  }

  run(): void {
    if (this.#placed === 0) return;
    const counts = this.#jobsOf;
    for (let blocks = 1; blocks <= mostBlocks; blocks++) {
      const count = counts[blocks] ?? 0;
      if (count === 0) continue;
      const list = blocks * listBytes;
      const last = list + (count - 1) * jobBytes;
      // Lanes without an input repeat the last one.
      const [input, digest] = [
        this.#jobs.getUint32(last, true),
        this.#jobs.getUint32(last + 4, true),
      ];
      while ((counts[blocks] ?? 0) % lanes !== 0) this.#addJob(blocks, input, digest);
      this.#run(jobsAt + list, (counts[blocks] ?? 0) / lanes, blocks);
      counts[blocks] = 0;
    }
    this.#placed = 0;
    this.#next = 0;
  }

  #addJob(blocks: number, input: number, digest: number): void {
    const count = this.#jobsOf[blocks] ?? 0;
    const at = blocks * listBytes + count * jobBytes;
    this.#jobs.setUint32(at, input, true);
    this.#jobs.setUint32(at + 4, digest, true);
    this.#jobsOf[blocks] = count + 1;
  }
}
