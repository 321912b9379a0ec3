import type { ResponseCheckTx } from "cosmjs-types/tendermint/abci/types";
import type { Ctx } from "../../core/context.ts";
import { inBranch } from "../../core/context.ts";
import { EventLog } from "../../core/events.ts";
import { GasMeter } from "../../core/gas.ts";
import { runAnte, type AnteEnv } from "./ante.ts";
import { checkMessages, payersOf, type CheckedTx } from "./checkedTx.ts";
import type { DecodedTx } from "./decode.ts";
import type { Rechecks } from "./recheck.ts";
import { attempt, failedResult } from "./deliver.ts";

/**
 * Whether a transaction may wait for a block: the ante on the state of all that wait already. Messages are not
 * executed, because clients expect a transfer that cannot be paid to fail in the block (WIRE.md 4).
 */
export function checkTx(
  state: Ctx,
  rechecks: Rechecks,
  decode: () => DecodedTx,
  env: AnteEnv,
): ResponseCheckTx {
  const decoded = attempt(decode, state.alarms, true);
  if (!decoded.ok) return failedResult(decoded.refusal);
  const tx = decoded.value;
  const checked = attempt(() => checkMessages(tx, env.mode === "check"), state.alarms, true);
  if (!checked.ok) return failedResult(checked.refusal);

  const gas = new GasMeter(tx.gasLimit);
  const ctx: Ctx = { ...state, gas, events: new EventLog() };
  const ante = attempt(
    () => {
      refuseHopeless({ ...ctx, gas: new GasMeter() }, checked.value);
      if (env.mode === "recheck" && rechecks.recheck(state, checked.value, env)) return;
      rechecks.settle(state, payersOf(checked.value));
      inBranch(ctx, (own) => runAnte(own, checked.value, env));
    },
    state.alarms,
    true,
  );
  if (!ante.ok) return failedResult(ante.refusal, tx.gasLimit, gas.used);
  return {
    code: 0,
    codespace: "",
    log: "",
    info: "",
    data: new Uint8Array(),
    gasWanted: tx.gasLimit,
    gasUsed: gas.used,
    // Nobody reads them: the events of a transaction are those of its block.
    events: [],
  };
}

/** Posts that no later block can accept: they would only fill the mempool. */
function refuseHopeless(ctx: Ctx, { messages }: CheckedTx): void {
  for (const { def, value } of messages) {
    const refusal = def.hopeless?.(ctx, value);
    if (refusal !== undefined) throw refusal;
  }
}
