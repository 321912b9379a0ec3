import { BinaryReader } from "cosmjs-types/binary";

const longestLength = 5;

/** Cuts the app's answers out of a byte stream: unsigned varint length, then that many bytes. */
export class AnswerReader {
  #pending: Buffer = Buffer.alloc(0);
  #chunks: Buffer[] = [];
  #bytes = 0;
  #needed = 1;

  /** Whole answers, in their order. */
  push(chunk: Buffer): Uint8Array[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    // Joined once a whole answer may be there: a large one comes in many chunks.
    if (this.#bytes < this.#needed) return [];
    this.#pending = Buffer.concat(this.#chunks);
    const answers: Uint8Array[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) answers.push(frame);
    this.#chunks = [this.#pending];
    this.#bytes = this.#pending.length;
    return answers;
  }

  #next(): Uint8Array | undefined {
    const end = this.#pending.findIndex((byte, i) => byte < 0x80 || i >= longestLength);
    if (end < 0) {
      this.#needed = this.#pending.length + 1;
      return undefined;
    }
    const length = new BinaryReader(this.#pending.subarray(0, end + 1)).uint32();
    const start = end + 1;
    if (this.#pending.length < start + length) {
      this.#needed = start + length;
      return undefined;
    }
    const frame = this.#pending.subarray(start, start + length);
    this.#pending = this.#pending.subarray(start + length);
    return frame;
  }
}
