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
  const now = clock.epochStartMs(ctx, epoch);
  const { halfLifeMs } = params(ctx);
  const known = new Map<bigint, Halvings>();
  return {
    epoch,
    name: `${epoch} ${now} ${clock.genesisMs(ctx)} ${halfLifeMs}`,
    since(touched) {
      const found = known.get(touched);
      if (found !== undefined) return found;
      const age = halvings(now - clock.epochStartMs(ctx, touched), halfLifeMs);
      known.set(touched, age);
      return age;
    },
  };
}
