// Two faults of the writer of cosmjs-types, mended where it is: CosmJS writes with the same one.
import { BinaryWriter } from "cosmjs-types/binary";

// The library's own makes a pool of 8 KiB for each message and hands out a piece of it: whoever keeps the piece keeps
// the pool, and an account of 100 bytes would hold 8 KiB.
BinaryWriter.alloc = (size: number): Uint8Array => new Uint8Array(size);

// Of 2^31 to 2^32-1 the library takes the low half for a negative number and writes other bytes.
const writeInt64 = BinaryWriter.prototype.int64;
BinaryWriter.prototype.int64 = function int64(this: BinaryWriter, value) {
  const number = typeof value === "bigint" ? value : BigInt(value);
  const isBroken = number >= 0x8000_0000n && number <= 0xffff_ffffn;
  return isBroken ? this.uint32(Number(number)) : writeInt64.call(this, value);
};
