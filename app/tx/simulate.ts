import type { Ctx } from "../../core/context.ts";
import { inBranch } from "../../core/context.ts";
import { EventLog } from "../../core/events.ts";
import { GasMeter } from "../../core/gas.ts";
import { maxU64 } from "../../core/math/integers.ts";
import type { SimulationResponse } from "../../proto/cosmos.ts";
import { runAnte, type AnteEnv } from "./ante.ts";
import { checkMessages, payersOf } from "./checkedTx.ts";
import type { DecodedTx } from "./decode.ts";
import type { Waiting } from "./waiting.ts";
import { attempt, dataOf, mutable, runMessages, type Attempt } from "./deliver.ts";

export type Simulation = {
  readonly gasUsed: bigint;
  readonly outcome: Attempt<SimulationResponse>;
};

/** Runs a transaction without its signatures on a state that nobody keeps; `state` is a branch made for it. */
export function simulateTx(
  state: Ctx,
  waiting: Waiting,
  decode: () => DecodedTx,
  env: AnteEnv,
): Simulation {
  const gas = new GasMeter();
  const ctx: Ctx = { ...state, gas, events: new EventLog() };
  const outcome = attempt(
    (): SimulationResponse => {
      const checked = checkMessages(decode());
      waiting.preview(state, payersOf(checked));
      inBranch(ctx, (own) => runAnte(own, checked, env));
      const { responses, events } = runMessages(ctx, checked);
      return {
        gasInfo: { gasWanted: maxU64, gasUsed: gas.used },
        result: {
          data: dataOf(responses),
          log: "",
          events: mutable([...ctx.events.events, ...events]),
          msgResponses: [...responses],
        },
      };
    },
    state.alarms,
    true,
  );
  return { gasUsed: gas.used, outcome };
}
