import type {
  RequestPrepareProposal,
  ResponsePrepareProposal,
} from "cosmjs-types/tendermint/abci/types";
import type { ReadCtx } from "../../core/context.ts";
import type { ChainState } from "../appState.ts";
import { msOf } from "../appTime.ts";
import { beacon } from "../modules.ts";
import { blsSign } from "../crypto/bls.ts";
import { refusalOf } from "../tx/deliver.ts";
import { contributionTx } from "./contribution.ts";
import { BlockFiller } from "./fill.ts";
import { candidateOf, protoSize, type Candidate } from "./lanes.ts";

/** The context of a block that is only proposed: the committed state under the block's own height and time. */
export function proposalCtx(
  state: ChainState,
  request: { height: bigint; time: RequestPrepareProposal["time"]; proposerAddress: Uint8Array },
): ReadCtx {
  const { height, time, proposerAddress } = request;
  return state.readCtx(state.base, state.blockAt(height, msOf(time), proposerAddress));
}

/** The block that this node proposes: its beacon contribution if one is due, then the lanes (PROTOCOL 3). */
export function prepareProposal(
  state: ChainState,
  request: RequestPrepareProposal,
): ResponsePrepareProposal {
  const ctx = proposalCtx(state, request);
  const first = contributionFor(state, ctx);
  const size = first.reduce((total, tx) => total + protoSize(tx), 0n);
  // Comet ends the node for a byte too many; no real block is that small.
  if (size > request.maxTxBytes) return { txs: [] };
  const room = { bytes: request.maxTxBytes - size, gas: state.limits.maxGas };
  const candidates: Candidate[] = [];
  for (const bytes of request.txs) {
    const candidate = readCandidate(state, ctx, bytes);
    if (candidate !== undefined) candidates.push(candidate);
  }
  state.offered.clear();
  for (const { lane } of candidates) state.offered.set(lane, (state.offered.get(lane) ?? 0) + 1);
  return { txs: [...first, ...new BlockFiller(ctx, room).fill(candidates)] };
}

function contributionFor(state: ChainState, ctx: ReadCtx): Uint8Array[] {
  const { beaconSecret } = state.config;
  if (!beacon.isDue(ctx)) return [];
  // Without the key any block of ours would be refused; an empty one costs the round and not the node.
  if (beaconSecret === undefined) {
    state.alarms.push("proposal: expected a beacon key, got none: this block will be refused");
    return [];
  }
  return [contributionTx(blsSign(beaconSecret, beacon.contributionMessage(ctx)))];
}

/** undefined for what no block may hold. */
function readCandidate(state: ChainState, ctx: ReadCtx, bytes: Uint8Array): Candidate | undefined {
  try {
    return candidateOf(ctx, bytes, state.txs.decode(bytes));
  } catch (error) {
    // CheckTx let it through: only a bug is worth a line, a refusal is not.
    refusalOf(error, state.alarms);
    return undefined;
  }
}
