// What the reader and writer of cosmjs-types do wrongly or slowly, mended where it is: CosmJS uses the same ones.
import { BinaryReader, BinaryWriter } from "cosmjs-types/binary";

declare const TextDecoder: {
  new (label: string, options: { ignoreBOM: boolean }): { decode(bytes: Uint8Array): string };
};

// The library's own makes a pool of 8 KiB for each message and hands out a piece of it: whoever keeps the piece keeps
// the pool, and an account of 100 bytes would hold 8 KiB.
BinaryWriter.alloc = (size: number): Uint8Array => new Uint8Array(size);

// Of 2^31 to 2^32-1 the library takes the low half for a negative number and writes other bytes; for less it makes a
// text and reads that.
const writeInt64 = BinaryWriter.prototype.int64;
BinaryWriter.prototype.int64 = function int64(this: BinaryWriter, value) {
  const number = typeof value === "bigint" ? value : BigInt(value);
  const isSmall = number >= 0n && number <= 0xffff_ffffn;
  return isSmall ? this.uint32(Number(number)) : writeInt64.call(this, value);
};

// The library builds an array of characters; and its texts of bytes that are no UTF-8 encode to other bytes.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
BinaryReader.prototype.string = function string(this: BinaryReader) {
  return utf8.decode(this.bytes());
};
