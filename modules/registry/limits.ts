import { errors } from "./errors.ts";

/** Limits of a definition (PROTOCOL 4); sizes in bytes, windows in heights. Both ends are allowed. */
export const limits = {
  entries: 64,
  fields: 32,
  pointer: 256,
  runtimeClass: 64,
  payload: 1_073_741_824,
  commitBlocks: [5, 600],
  revealBlocks: [5, 100],
  validators: 51,
  emitters: 256,
  inlineBytes: 16_384,
  commitmentMs: 315_360_000_000n,
} as const;

export function refuse(name: string, expected: string, got: unknown): never {
  throw errors.invalidDefinition(`${name}: expected ${expected}, got ${String(got)}`);
}

export function checkRange(name: string, value: number, low: number, high: number): void {
  if (value < low || value > high) refuse(name, `${low}..${high}`, value);
}
