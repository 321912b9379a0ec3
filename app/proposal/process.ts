import type { RequestProcessProposal } from "cosmjs-types/tendermint/abci/types";
import type { ReadCtx } from "../../core/context.ts";
import type { ChainState } from "../appState.ts";
import { beacon } from "../modules.ts";
import { attempt } from "../tx/deliver.ts";
import { looksLikeContribution, signatureOf } from "./contribution.ts";
import { proposalCtx } from "./prepare.ts";

/**
 * undefined, or why a block is refused: only for what PrepareProposal cannot have made, because refusing costs
 * liveness. A pure function of the block and the committed state.
 */
export function faultOfProposal(
  state: ChainState,
  request: RequestProcessProposal,
): string | undefined {
  const ctx = proposalCtx(state, request);
  const due = beacon.isDue(ctx);
  const fault = contributionFault(ctx, request.txs, due);
  if (fault !== undefined) return fault;

  const { maxGas } = state.limits;
  let gas = 0n;
  for (const bytes of due ? request.txs.slice(1) : request.txs) {
    const decoded = attempt(() => state.txs.decode(bytes), state.alarms, true);
    if (!decoded.ok) return `transaction: ${decoded.refusal.log}`;
    gas += decoded.value.gasLimit;
    if (maxGas !== undefined && gas > maxGas) return `gas: expected at most ${maxGas}, got more`;
  }
  return undefined;
}

function contributionFault(
  ctx: ReadCtx,
  txs: readonly Uint8Array[],
  due: boolean,
): string | undefined {
  const first = txs.findIndex(looksLikeContribution);
  if (!due) return first < 0 ? undefined : "beacon contribution: expected none";
  const signature = signatureOf(txs[0] ?? new Uint8Array());
  if (signature === undefined) return "beacon contribution: expected one in front, got none";
  if (txs.slice(1).some(looksLikeContribution)) return "beacon contribution: expected one, got two";
  if (!beacon.verifyContribution(ctx, ctx.block.proposer, signature))
    return "beacon contribution: expected the proposer's signature, got another";
  return undefined;
}
