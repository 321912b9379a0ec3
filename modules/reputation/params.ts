import type { ReadCtx } from "../../core/context.ts";
import { dec, one } from "../../core/math/dec.ts";
import type { Fault } from "../../core/module.ts";
import * as state from "./state.ts";
import type { Params } from "./types.ts";

const dayMs = 86_400_000n;

export const defaultParams: Params = { halfLifeMs: 30n * dayMs, newcomerLoad: dec(2n * one) };

// A half-life of ten years is for ever; a newcomer's load above 100 keeps everybody new out.
const halfLifeBounds = [1_000n, 3_650n * dayMs] as const;
const newcomerBounds = [0n, 100n * one] as const;

export function paramFaults({ halfLifeMs, newcomerLoad }: Params): Fault[] {
  const faults: Fault[] = [];
  const within = (field: string, value: bigint, [low, high]: readonly [bigint, bigint]): void => {
    if (value >= low && value <= high) return;
    const text = `${field}: expected ${low}..${high}, got ${value}`;
    faults.push({ pointer: `/params/${field}`, text });
  };
  within("half_life_ms", halfLifeMs, halfLifeBounds);
  within("newcomer_load", newcomerLoad, newcomerBounds);
  return faults;
}

export function params(ctx: ReadCtx): Params {
  return state.params.get(ctx);
}
