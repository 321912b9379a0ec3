/** The largest block Comet can propose is 100 MiB; anything longer is not a frame. */
export const MAX_FRAME_BYTES = 128 * 1024 * 1024;
const MAX_LENGTH_BYTES = 5;

/** The peer does not speak ABCI: no answer can put the connection right again. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/**
 * Cuts a byte stream into frames: unsigned varint length, then that many bytes. Chunks are kept as
 * they came and joined once per frame: joining at each chunk would copy a large block quadratically.
 */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #first = 0;
  #offset = 0;
  #available = 0;
  #length = 0;
  #lengthBytes = 0;
  #lengthKnown = false;

  append(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    // Chunks may end within a frame for ever, so waiting for an empty list would keep them all.
    if (this.#first > 0) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    }
    this.#chunks.push(chunk);
    this.#available += chunk.length;
  }

  /** The next whole frame without its length, or undefined until more bytes have come. */
  next(): Uint8Array | undefined {
    while (!this.#lengthKnown) {
      if (this.#available === 0) return undefined;
      this.#addLengthByte(this.#takeByte());
    }
    if (this.#available < this.#length) return undefined;
    const frame = this.#take(this.#length);
    this.#length = 0;
    this.#lengthBytes = 0;
    this.#lengthKnown = false;
    return frame;
  }

  #addLengthByte(byte: number): void {
    // Multiplication, not a shift: the fifth byte reaches beyond 31 bits.
    this.#length += (byte & 0x7f) * 2 ** (7 * this.#lengthBytes);
    this.#lengthBytes += 1;
    this.#lengthKnown = byte < 0x80;
    if (!this.#lengthKnown && this.#lengthBytes === MAX_LENGTH_BYTES) {
      throw new ProtocolError(`frame length: expected at most ${MAX_LENGTH_BYTES} bytes, got more`);
    }
    if (this.#lengthKnown && this.#length > MAX_FRAME_BYTES) {
      throw new ProtocolError(
        `frame length: expected at most ${MAX_FRAME_BYTES}, got ${this.#length}`,
      );
    }
  }

  #takeByte(): number {
    const byte = this.#chunks[this.#first]?.[this.#offset] ?? 0;
    this.#skip(1);
    return byte;
  }

  #take(length: number): Uint8Array {
    const head = this.#chunks[this.#first];
    if (head !== undefined && head.length - this.#offset >= length) {
      const frame = head.subarray(this.#offset, this.#offset + length);
      this.#skip(length);
      return frame;
    }
    const frame = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const chunk = this.#chunks[this.#first] ?? new Uint8Array();
      const piece = chunk.subarray(this.#offset, this.#offset + (length - filled));
      frame.set(piece, filled);
      filled += piece.length;
      this.#skip(piece.length);
    }
    return frame;
  }

  #skip(length: number): void {
    this.#available -= length;
    this.#offset += length;
    const chunk = this.#chunks[this.#first];
    if (chunk === undefined || this.#offset < chunk.length) return;
    this.#first += 1;
    this.#offset = 0;
    if (this.#first === this.#chunks.length) {
      this.#chunks = [];
      this.#first = 0;
    }
  }
}

/** The bytes of an unsigned varint, as they stand before a frame. */
export function frameLength(length: number): Uint8Array {
  const bytes: number[] = [];
  let rest = length;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
