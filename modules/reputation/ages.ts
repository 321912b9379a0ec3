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
  // Nearly all records were touched in the same few epochs.
  let last: readonly [epoch: bigint, age: Halvings] | undefined;
  return {
    epoch,
    name: `${epoch} ${now} ${genesis} ${halfLifeMs}`,
    // Reads nothing: what is worked out of it is remembered, and gas must not tell (B23).
    since(touched) {
      if (last?.[0] === touched) return last[1];
      const age = known.get(touched) ?? halvings((epoch - touched) * epochMs, halfLifeMs);
      known.set(touched, age);
      last = [touched, age];
      return age;
    },
  };
}
