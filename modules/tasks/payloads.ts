import { equalBytes } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import type { Payload } from "./types.ts";

export type PayloadLimits = { readonly maxInline: number; readonly maxSize: number };

/**
 * The payload with hash and size filled in, or undefined when it contradicts itself or is too large. Inline bytes
 * (none at all included) need neither hash nor size; bytes off chain need both.
 */
export function completePayload(payload: Payload, limits: PayloadLimits): Payload | undefined {
  const { inline, size } = payload;
  if (inline.length === 0 && size > 0n) {
    return payload.sha256.length === 32 && size <= BigInt(limits.maxSize) ? payload : undefined;
  }
  const length = inline.length;
  if (length > limits.maxInline || length > limits.maxSize) return undefined;
  if (size !== 0n && size !== BigInt(length)) return undefined;
  const hash = sha256(inline);
  if (payload.sha256.length > 0 && !equalBytes(payload.sha256, hash)) return undefined;
  return { inline, sha256: hash, size: BigInt(length) };
}
