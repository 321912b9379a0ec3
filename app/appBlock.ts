import type {
  ExecTxResult,
  RequestFinalizeBlock,
  ResponseFinalizeBlock,
} from "cosmjs-types/tendermint/abci/types";
import type { Ctx } from "../core/context.ts";
import { FatalError } from "../core/errors.ts";
import { EventLog, type Event } from "../core/events.ts";
import type { BlockUsage } from "../core/module.ts";
import { netChanges } from "../core/store/changes.ts";
import type { ChainState } from "./appState.ts";
import { msOf } from "./appTime.ts";
import { killPoint } from "./killPoint.ts";
import { beacon, beginBefore, beginAfter, clock, endOrder } from "./modules.ts";
import { signatureOf } from "./proposal/contribution.ts";
import type { DecodedTx } from "./tx/decode.ts";
import { attempt, deliverTx, failedResult, mutable, type Attempt } from "./tx/deliver.ts";
import { preverify } from "./tx/preverify.ts";
import { withMode } from "./tx/events.ts";

const noGasLeft = {
  codespace: "sdk",
  code: 11,
  log: "no block gas left to run tx: out of gas",
};
const parseError = { codespace: "sdk", code: 2, log: "tx parse error" };

/**
 * One block, worked out and staged but not kept: begin, transactions, end, root (PROTOCOL 3). May come again for the
 * same height after a crash; whatever it throws ends the process before Commit.
 */
export function finalizeBlock(
  state: ChainState,
  request: RequestFinalizeBlock,
): ResponseFinalizeBlock {
  const { height, txs, proposerAddress } = request;
  killPoint("finalize.before");
  if (height !== state.nextHeight)
    throw new FatalError(`height: expected ${state.nextHeight}, got ${height}`);
  const timeMs = msOf(request.time);
  const store = state.blockBranch();
  const ctx = state.ctx(store, state.blockAt(height, timeMs, proposerAddress));

  const due = beacon.isDue(ctx);
  const events: Event[] = begin(ctx, due, txs[0]);
  const results = due ? [contributed()] : [];
  const own = due ? txs.slice(1) : txs;
  const decoded = own.map((bytes) => attempt(() => state.txs.decode(bytes), state.alarms));
  if (state.verifyBatch !== undefined) {
    const good = decoded.flatMap((tx) => (tx.ok ? [tx.value] : []));
    preverify(ctx, good, state.verifyBatch);
  }
  const gas = runTxs(state, ctx, decoded, results);
  if (own.length > 0) clock.noteWork(ctx);
  events.push(...end(ctx, usageOf(state, txs, gas)));

  const imbalance = ctx.coins.imbalance();
  if (imbalance !== undefined) throw new FatalError(imbalance);
  killPoint("finalize.executed");
  const { multistore } = state.db;
  const appHash = multistore.stage(height, netChanges(multistore.view(), store.dirty()));
  state.finalized = { height, timeMs, txs: own };
  killPoint("finalize.staged");
  return { events: mutable(events), txResults: results, validatorUpdates: [], appHash };
}

function begin(block: Ctx, due: boolean, first: Uint8Array | undefined): Event[] {
  const ctx: Ctx = { ...block, events: new EventLog() };
  for (const module of beginBefore) module.beginBlock?.(ctx);
  if (due) {
    const signature = signatureOf(first ?? new Uint8Array());
    // A decided block that no correct node would have voted for: nothing may be built on it.
    if (signature === undefined)
      throw new FatalError("block: expected a beacon contribution in front, got none");
    beacon.contribute(ctx, signature);
  }
  for (const module of beginAfter) module.beginBlock?.(ctx);
  return ctx.events.events.map((event) => withMode(event, "BeginBlock"));
}

function end(block: Ctx, usage: BlockUsage): Event[] {
  const ctx: Ctx = { ...block, events: new EventLog() };
  for (const module of endOrder) module.endBlock?.(ctx, usage);
  return ctx.events.events.map((event) => withMode(event, "EndBlock"));
}

/** Pushes a result per transaction; returns the gas that the block used. */
function runTxs(
  state: ChainState,
  ctx: Ctx,
  txs: readonly Attempt<DecodedTx>[],
  results: ExecTxResult[],
): bigint {
  const { maxGas } = state.limits;
  const env = state.anteEnv("deliver");
  let used = 0n;
  for (const decoded of txs) {
    if (!decoded.ok) results.push(failedResult(parseError));
    else if (maxGas !== undefined && used >= maxGas) results.push(failedResult(noGasLeft));
    else {
      const result = deliverTx(ctx, decoded.value, env);
      used += result.gasUsed < result.gasWanted ? result.gasUsed : result.gasWanted;
      results.push(result);
    }
  }
  return used;
}

function contributed(): ExecTxResult {
  return failedResult({ codespace: "", code: 0, log: "" });
}

function usageOf(state: ChainState, txs: readonly Uint8Array[], gas: bigint): BlockUsage {
  const { maxBytes, maxGas } = state.limits;
  const bytes = txs.reduce((total, tx) => total + BigInt(tx.length), 0n);
  return { txs: txs.length, bytes, maxBytes, gas, maxGas };
}
