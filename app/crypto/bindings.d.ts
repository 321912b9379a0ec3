/** The native half of npm `secp256k1`; its main entry falls back to slow JavaScript in silence. */
declare module "secp256k1/bindings.js" {
  const bindings: {
    /** Throws for r or s >= n, wrong lengths and keys off the curve; false for high S or zero. */
    ecdsaVerify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean;
    publicKeyVerify(publicKey: Uint8Array): boolean;
    /** 33 or 65 bytes; throws for a key off the curve. */
    publicKeyConvert(publicKey: Uint8Array, compressed: boolean): Uint8Array;
    /** For load generators alone: 33 bytes. */
    publicKeyCreate(privateKey: Uint8Array): Uint8Array;
    /** For load generators alone: R||S with low S. */
    ecdsaSign(digest: Uint8Array, privateKey: Uint8Array): { signature: Uint8Array };
  };
  export default bindings;
}

/** The part of Node's global that sha256Batch.ts needs; TypeScript declares it with the DOM only. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
