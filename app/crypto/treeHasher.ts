import { equalBytes } from "../../core/bytes.ts";
import { PlainBatch } from "../../core/store/batch.ts";
import type { BatchHasher } from "../../core/store/batch.ts";
import { nativeSha256 } from "./hash.ts";
import { SimdBatch } from "./simdBatch.ts";

/** Lengths at the edges of one, two and three blocks. */
const probes = [0, 55, 56, 64, 76, 119, 120];

/** True when the digests are those of OpenSSL: a wrong root would stop the node at the next block. */
export function hashesRightly(batch: BatchHasher): boolean {
  const inputs = probes.map((length) => Uint8Array.from({ length }, (_, i) => length + i));
  for (const input of inputs) batch.inputs.set(input, batch.place(input.length));
  batch.run();
  return inputs.every((input, i) =>
    equalBytes(batch.digests.subarray(i * 32, i * 32 + 32), nativeSha256(input)),
  );
}

/** `make`'s hasher, or undefined where it cannot be made or hashes wrongly. */
export function checked(make: () => BatchHasher): BatchHasher | undefined {
  try {
    const batch = make();
    return hashesRightly(batch) ? batch : undefined;
  } catch {
    return undefined;
  }
}

let chosen: { readonly hasher: BatchHasher; readonly name: "wasm-simd" | "native" } | undefined;

function choose(): NonNullable<typeof chosen> {
  if (chosen !== undefined) return chosen;
  const simd = checked(() => new SimdBatch());
  chosen =
    simd === undefined
      ? { hasher: new PlainBatch(nativeSha256), name: "native" }
      : { hasher: simd, name: "wasm-simd" };
  return chosen;
}

/** The one of this thread: four inputs at a time where WebAssembly has SIMD, else OpenSSL one by one. */
export function treeHasher(): BatchHasher {
  return choose().hasher;
}

/** Which one that is, for the start line and for benches. */
export function treeHasherName(): "wasm-simd" | "native" {
  return choose().name;
}
