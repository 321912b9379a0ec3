import { utf8Decode } from "../../core/bytes.ts";
import { putUvarint } from "../../core/store/varint.ts";
import { isUtf8 } from "../../core/wire/utf8.ts";

/** Bytes that grow at the end; integers big-endian, lengths as uvarint. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#length, value);
    this.#length += 4;
  }

  i64(value: bigint): void {
    this.#room(8);
    this.#view.setBigInt64(this.#length, value);
    this.#length += 8;
  }

  uvarint(value: number): void {
    this.#room(10);
    this.#length = putUvarint(this.#bytes, this.#length, value);
  }

  raw(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Length-prefixed. */
  blob(value: Uint8Array): void {
    this.uvarint(value.length);
    this.raw(value);
  }

  /** A length-prefixed string of units 0..255, as store keys are. */
  latin(text: string): void {
    this.uvarint(text.length);
    this.#room(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i);
  }

  /** A view of what was written; it is overwritten after reset(). */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  reset(): void {
    this.#length = 0;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** The bytes ended early or said something impossible; the caller knows the file and makes a DbError of it. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

/** Where a reader's bytes come from: `take` gives exactly that many, or throws a MalformedError. */
export type ByteSource = { take(length: number): Uint8Array };

/** A source over bytes in memory. */
export function sourceOf(bytes: Uint8Array): ByteSource & { readonly rest: number } {
  let at = 0;
  return {
    take(length): Uint8Array {
      if (length > bytes.length - at) {
        throw new MalformedError(`expected ${length} more bytes, got ${bytes.length - at}`);
      }
      at += length;
      return bytes.subarray(at - length, at);
    },
    get rest(): number {
      return bytes.length - at;
    },
  };
}

/** Reads what ByteWriter writes. */
export class ByteReader {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  u8(): number {
    return this.#source.take(1)[0] ?? 0;
  }

  u32(): number {
    const bytes = this.#source.take(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  }

  i64(): bigint {
    const bytes = this.#source.take(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0);
  }

  uvarint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte === 0 && scale > 1)
        throw new MalformedError("expected a uvarint in its shortest form");
      if (byte < 128 && Number.isSafeInteger(value)) return value;
    }
    throw new MalformedError("expected a uvarint below 2^53");
  }

  /** A copy, so that it does not keep the source's buffer alive. */
  raw(length: number): Uint8Array {
    return this.#source.take(length).slice();
  }

  blob(): Uint8Array {
    return this.raw(this.uvarint());
  }

  latin(): string {
    const bytes = this.#source.take(this.uvarint());
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  }

  /** Length-prefixed UTF-8. */
  text(): string {
    const bytes = this.blob();
    if (!isUtf8(bytes, 0, bytes.length)) throw new MalformedError("expected UTF-8");
    return utf8Decode(bytes);
  }

  /** Counted items; what a false count asks for is never set aside before the items are there. */
  list<T>(item: () => T): T[] {
    const items: T[] = [];
    for (let count = this.uvarint(); count > 0; count--) items.push(item());
    return items;
  }
}
