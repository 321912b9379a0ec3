import type { Address } from "../../core/brand.ts";
import { defineHook } from "../../core/hooks.ts";

/** A node bonded to a service: run by MsgBond, at its end. */
export const bonded = defineHook<{ readonly service: string; readonly node: Address }>(
  "staking.bonded",
);
