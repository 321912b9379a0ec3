import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ByteReader, sourceOf } from "../../../../app/db/bytes.ts";

describe("db: bytes", () => {
  it("what is read out of a file's Buffer is a copy, not a view that keeps all of the file", () => {
    const file = Buffer.from([3, 1, 2, 3, 9]);
    const reader = new ByteReader(sourceOf(file));
    const value = reader.blob();
    file.fill(0);
    assert.deepEqual([...value], [1, 2, 3]);
    assert.equal(value.buffer.byteLength, 3);
    assert.ok(!Buffer.isBuffer(value));
  });
});
