import { createRequire } from "node:module";
import { StartError } from "../errors.ts";

const require = createRequire(import.meta.url);

export type Secp256k1Bindings = typeof import("secp256k1/bindings.js").default;
export type BlstBindings = typeof import("@chainsafe/blst");

/** Loads at the first use, so that a missing addon becomes a StartError and no broken import. */
export function loadOnce<T>(load: () => T, refuse: (cause: unknown) => StartError): () => T {
  let loaded: T | undefined;
  return () => {
    if (loaded !== undefined) return loaded;
    try {
      loaded = load();
      return loaded;
    } catch (error) {
      throw refuse(error);
    }
  };
}

export function refuseSecp256k1(cause: unknown): StartError {
  const platforms = "linux-x64 (glibc, musl), darwin-arm64, win32-x64";
  return new StartError(
    "E1301",
    `no native secp256k1 for ${process.platform}-${process.arch} (prebuilt for ${platforms})`,
    ["npm rebuild secp256k1 --ignore-scripts=false   (needs a C++ compiler and Python)"],
    cause,
  );
}

export function refuseBlst(cause: unknown): StartError {
  return new StartError(
    "E1302",
    `no native BLS12-381 (@chainsafe/blst) for ${process.platform}-${process.arch}`,
    ["npm ci --ignore-scripts --include=optional"],
    cause,
  );
}

export const secp256k1Bindings = loadOnce<Secp256k1Bindings>(
  () => require("secp256k1/bindings.js") as Secp256k1Bindings,
  refuseSecp256k1,
);

export const blstBindings = loadOnce<BlstBindings>(
  () => require("@chainsafe/blst") as BlstBindings,
  refuseBlst,
);

/** A consensus node must not start without them: a fallback verifies 40 times more slowly. */
export function assertNative(): void {
  secp256k1Bindings();
  blstBindings();
}
