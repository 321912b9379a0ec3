import { FatalError } from "../../core/errors.ts";

/**
 * What a compartment would not give to the kernel (THREATS D6): time,
 * luck, identity, locale, memory, network, timers.
 */
const taken = [
  ...["process", "Intl", "WeakRef", "FinalizationRegistry", "Atomics"],
  ...["SharedArrayBuffer", "crypto", "fetch", "WebSocket", "navigator", "structuredClone"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "Promise", "MessageChannel"],
  ...["Worker", "BroadcastChannel", "eval", "Function"],
] as const;

/** A block in a world without them: what touches one of them throws, and no block comes out. */
export function withBareGlobals<T>(kernel: () => T): T {
  const kept = taken.map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  const { random } = Math;
  const machine = globalThis.Date;
  for (const name of taken)
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get: () => {
        throw new FatalError(`kernel: expected no use of ${name}`);
      },
    });
  const refuse = (): never => {
    throw new FatalError("kernel: expected neither clock nor luck");
  };
  Math.random = refuse;
  // The app's own trap looks at Date and performance too; what it would find is one that throws.
  globalThis.Date = Object.assign(refuse, { now: refuse }) as unknown as DateConstructor;
  try {
    return kernel();
  } finally {
    Math.random = random;
    globalThis.Date = machine;
    for (const [name, descriptor] of kept)
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
  }
}

/** As lockdown() of a compartment does: nobody changes what all objects share (THREATS D14). */
export function freezeIntrinsics(): void {
  const typed: unknown = Object.getPrototypeOf(Uint8Array);
  const iterator: unknown = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
  const shared = [
    ...[Object, Function, Array, String, Number, Boolean, BigInt, Symbol, RegExp, Error],
    ...[Map, Set, WeakMap, WeakSet, Promise, ArrayBuffer, DataView, Uint8Array, JSON],
    ...[TypeError, RangeError, typed, iterator],
  ];
  for (const one of shared) {
    Object.freeze(one);
    if (typeof one === "function") Object.freeze(one.prototype);
  }
}
