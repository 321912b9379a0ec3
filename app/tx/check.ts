import type { ResponseCheckTx } from "cosmjs-types/tendermint/abci/types";
import type { Ctx } from "../../core/context.ts";
import { inBranch } from "../../core/context.ts";
import { EventLog } from "../../core/events.ts";
import { GasMeter } from "../../core/gas.ts";
import { runAnte, type AnteEnv } from "./ante.ts";
import { checkMessages, payersOf, type CheckedTx } from "./checkedTx.ts";
import type { DecodedTx } from "./decode.ts";
import type { MempoolQuota } from "./mempool.ts";
import type { Waiting } from "./waiting.ts";
import { attempt, failedResult } from "./deliver.ts";

/** What CheckTx works on between two commits; the mempool is sent again after each, so nothing is made for one alone. */
export type CheckState = {
  readonly ctx: Ctx;
  readonly waiting: Waiting;
  readonly acceptances: Acceptances;
  readonly check: AnteEnv;
  readonly recheck: AnteEnv;
};

/**
 * Whether a transaction may wait for a block: the ante on the state of all that wait already. Messages are not
 * executed, because clients expect a transfer that cannot be paid to fail in the block (WIRE.md 4).
 */
export function checkTx(
  { ctx: state, waiting, acceptances }: CheckState,
  decode: () => DecodedTx,
  env: AnteEnv,
  quota?: MempoolQuota,
): ResponseCheckTx {
  const decoded = attempt(decode, state.alarms, true);
  if (!decoded.ok) return failedResult(decoded.refusal);
  const tx = decoded.value;
  const checked = attempt(() => checkMessages(tx, env.mode === "check"), state.alarms, true);
  if (!checked.ok) return failedResult(checked.refusal);

  const { alarms } = state;
  const again = env.mode === "recheck";
  const early = attempt(
    () => {
      // What waits already has its place.
      if (!again) quota?.require(state, checked.value);
      refuseHopeless(state, checked.value);
      return again
        ? waiting.recheck(state, checked.value, env)
        : waiting.admit(state, checked.value, env);
    },
    alarms,
    true,
  );
  if (!early.ok) return failedResult(early.refusal, tx.gasLimit);
  if (early.value) return acceptances.of(tx.gasLimit);

  const gas = new GasMeter(tx.gasLimit);
  const ctx: Ctx = { ...state, gas, events: new EventLog() };
  const ante = attempt(
    () => {
      waiting.settle(state, payersOf(checked.value));
      inBranch(ctx, (own) => runAnte(own, checked.value, env));
    },
    alarms,
    true,
  );
  if (!ante.ok) return failedResult(ante.refusal, tx.gasLimit, gas.used);
  return accepted(tx.gasLimit, gas.used);
}

const noData = new Uint8Array();

function accepted(gasWanted: bigint, gasUsed: bigint): ResponseCheckTx {
  return {
    ...{ code: 0, codespace: "", log: "", info: "", data: noData, gasWanted, gasUsed },
    // Nobody reads them: the events of a transaction are those of its block.
    events: [],
  };
}

const keptAnswers = 256;

/** Answers of the short way: few gas limits are in use, and one that is known is encoded already (abci/encode.ts). */
export class Acceptances {
  readonly #known = new Map<bigint, ResponseCheckTx>();

  of(gasWanted: bigint): ResponseCheckTx {
    const known = this.#known.get(gasWanted);
    if (known !== undefined) return known;
    if (this.#known.size === keptAnswers) this.#known.clear();
    const made = Object.freeze(accepted(gasWanted, 0n));
    this.#known.set(gasWanted, made);
    return made;
  }
}

/** Posts that no later block can accept: they would only fill the mempool. */
function refuseHopeless(ctx: Ctx, { messages }: CheckedTx): void {
  for (const { def, value } of messages) {
    const refusal = def.hopeless?.(ctx, value);
    if (refusal !== undefined) throw refusal;
  }
}
