import type { ExecTxResult } from "cosmjs-types/tendermint/abci/types";
import type { Ctx } from "../../core/context.ts";
import { inBranch } from "../../core/context.ts";
import { BugError, isMachineDependent, TxError } from "../../core/errors.ts";
import { EventLog, type Event } from "../../core/events.ts";
import { GasMeter } from "../../core/gas.ts";
import { TxMsgData, type Any } from "../../proto/cosmos.ts";
import { runAnte, type AnteEnv } from "./ante.ts";
import { checkMessages, type CheckedTx } from "./checkedTx.ts";
import type { DecodedTx, Message } from "./decode.ts";
import { messageEvents, withoutSender } from "./events.ts";

export type Refusal = { readonly codespace: string; readonly code: number; readonly log: string };

export type Attempt<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** What a failed step is answered with; what is no refusal of the protocol is code 1 and an alarm. */
export function refusalOf(error: unknown, alarms: string[]): Refusal {
  if (error instanceof TxError)
    return { codespace: error.codespace, code: error.code, log: error.message };
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  alarms.push(`transaction: ${text}`);
  return { codespace: "undefined", code: 1, log: `internal error: ${text}` };
}

/**
 * One of the two places that catch (STYLE 5.4). `lenient` is for what commits nothing: there an error that depends on
 * the machine refuses the input, while in a block it ends the process (PROTOCOL 3).
 */
export function attempt<T>(step: () => T, alarms: string[], lenient = false): Attempt<T> {
  try {
    return { ok: true, value: step() };
  } catch (error) {
    if (isMachineDependent(error) && !lenient) throw error;
    return { ok: false, refusal: refusalOf(error, alarms) };
  }
}

/** What a run of the messages leaves: their responses and events. */
export type Run = { readonly responses: readonly Any[]; readonly events: readonly Event[] };

/** All messages on one branch: all of what they say, or nothing. */
export function runMessages(ctx: Ctx, { messages }: CheckedTx): Run {
  return inBranch(ctx, (own) => {
    const responses: Any[] = [];
    const events: Event[] = [];
    for (const [i, message] of messages.entries()) {
      const log = new EventLog();
      responses.push(runMessage({ ...own, events: log }, message, i));
      events.push(...messageEvents(message.typeUrl, message.signer, i, log.events));
    }
    return { responses, events };
  });
}

function runMessage(ctx: Ctx, { typeUrl, def, value }: Message, index: number): Any {
  try {
    if (def.gas !== undefined) ctx.gas.consume(def.gas, typeUrl);
    const response = def.response.encode(def.handle(ctx, value));
    return { typeUrl: `${typeUrl}Response`, value: response };
  } catch (error) {
    if (!(error instanceof TxError)) throw error;
    const prefix = `failed to execute message; message index: ${index}: `;
    throw new TxError(error.codespace, error.code, prefix + error.message);
  }
}

export function dataOf(responses: readonly Any[]): Uint8Array {
  return TxMsgData.encode({ data: [], msgResponses: [...responses] }).finish();
}

export function failedResult(refusal: Refusal, gasWanted = 0n, gasUsed = 0n): ExecTxResult {
  const { code, codespace, log } = refusal;
  const data = new Uint8Array();
  return { code, codespace, log, data, info: "", gasWanted, gasUsed, events: [] };
}

/** One transaction of a block; its branch of the ante stays even when its messages fail (WIRE.md 4). */
export function deliverTx(block: Ctx, tx: DecodedTx, env: AnteEnv): ExecTxResult {
  const checked = attempt(() => checkMessages(tx), block.alarms);
  if (!checked.ok) return failedResult(checked.refusal);

  const gas = new GasMeter(tx.gasLimit);
  const ctx: Ctx = { ...block, gas, events: new EventLog() };
  const ante = attempt(
    () => inBranch(ctx, (own) => runAnte(own, checked.value, env)),
    block.alarms,
  );
  if (!ante.ok) return failedResult(ante.refusal, tx.gasLimit, gas.used);

  const run = attempt(() => runMessages(ctx, checked.value), block.alarms);
  const { events } = ctx.events;
  if (!run.ok) {
    return { ...failedResult(run.refusal, tx.gasLimit, gas.used), events: mutable(events) };
  }
  const sender = checked.value.messages[0]?.signer ?? "";
  return {
    code: 0,
    codespace: "",
    log: "",
    info: "",
    data: dataOf(run.value.responses),
    gasWanted: tx.gasLimit,
    gasUsed: gas.used,
    events: mutable([...withoutSender(events, sender), ...run.value.events]),
  };
}

/** The codec's type wants arrays that it could change; it does not. */
export function mutable(events: readonly Event[]): ExecTxResult["events"] {
  return events as unknown as ExecTxResult["events"];
}

export function requireBalanced(ctx: Ctx): void {
  const imbalance = ctx.coins.imbalance();
  if (imbalance !== undefined) throw new BugError(imbalance);
}
