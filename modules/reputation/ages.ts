import type { ReadCtx } from "../../core/context.ts";
import { halvings, type Halvings } from "../../core/math/decay.ts";
import * as clock from "../clock/index.ts";
import { params } from "./params.ts";

/** How old an epoch's values are at the start of the current epoch; read once for many records. */
export type Ages = {
  readonly epoch: bigint;
  /** Equal names give equal ages: all that goes in. */
  readonly name: string;
  since(epoch: bigint): Halvings;
};

export function agesAt(ctx: ReadCtx): Ages {
  const epoch = clock.epoch(ctx);
  const genesis = clock.genesisMs(ctx);
  const { epochMs } = clock.params(ctx);
  const now = clock.epochStartMs(ctx, epoch);
  const { halfLifeMs } = params(ctx);
  const known = new Map<bigint, Halvings>();
  return {
    epoch,
    name: `${epoch} ${now} ${genesis} ${halfLifeMs}`,
    // Reads nothing: what is worked out of it is remembered, and gas must not tell (B23).
    since(touched) {
      const found = known.get(touched);
      if (found !== undefined) return found;
      const age = halvings((epoch - touched) * epochMs, halfLifeMs);
      known.set(touched, age);
      return age;
    },
  };
}
