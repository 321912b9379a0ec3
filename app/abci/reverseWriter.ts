const FIRST_SIZE = 64 * 1024;

/**
 * Writes protobuf from the last field to the first. The length of a nested message is known once
 * its content stands, so no second pass measures it: 5,000 transaction results with their events
 * are the largest answer of a block and lie on the path of consensus.
 */
export class ReverseWriter {
  #buffer: Buffer;
  #start: number;

  constructor(size = FIRST_SIZE) {
    this.#buffer = Buffer.allocUnsafe(size);
    this.#start = size;
  }

  /** Begins anew in the same buffer: what finish() gave before is overwritten. */
  clear(): void {
    this.#start = this.#buffer.length;
  }

  /** How much is written; the difference of two readings is the length of what came between. */
  get length(): number {
    return this.#buffer.length - this.#start;
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(this.#start);
  }

  /** Length and tag of the message whose content was written since `before`. */
  open(field: number, before: number): void {
    this.varint(this.length - before);
    this.varint((field << 3) | 2);
  }

  varint(value: number): void {
    this.#reserve(10);
    if (value <= 0x7f) {
      this.#start -= 1;
      this.#buffer[this.#start] = value;
      return;
    }
    this.#varint(value);
  }

  /** An int64: a negative one takes ten bytes, as two's complement. */
  int64(value: bigint): void {
    if (value >= 0n && value <= 0x1f_ffff_ffff_ffffn) {
      this.varint(Number(value));
      return;
    }
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, value);
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.bytes(Uint8Array.from(bytes));
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#start -= value.length;
    this.#buffer.set(value, this.#start);
  }

  /** The text and its length before it. */
  text(value: string): void {
    const length = this.#text(value);
    this.varint(length);
  }

  #text(value: string): number {
    // One UTF-16 unit is at most three bytes of UTF-8.
    this.#reserve(value.length * 3);
    const start = this.#start - value.length;
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) return this.#wideText(value);
      this.#buffer[start + i] = unit;
    }
    this.#start = start;
    return value.length;
  }

  #wideText(value: string): number {
    const length = Buffer.byteLength(value);
    this.#start -= length;
    this.#buffer.write(value, this.#start);
    return length;
  }

  #varint(value: number): void {
    let size = 1;
    for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size += 1;
    this.#start -= size;
    let at = this.#start;
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#buffer[at++] = (rest % 128) | 0x80;
    this.#buffer[at] = rest;
  }

  #reserve(size: number): void {
    if (this.#start >= size) return;
    const used = this.length;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, used + size));
    this.#buffer.copy(larger, larger.length - used, this.#start);
    this.#start = larger.length - used;
    this.#buffer = larger;
  }
}
