import type {
  RequestCheckTx,
  RequestFinalizeBlock,
  RequestPrepareProposal,
  ResponseFinalizeBlock,
  ResponsePrepareProposal,
} from "cosmjs-types/tendermint/abci/types";
import { frameLength, ProtocolError } from "./frames.ts";

// Comet panics on each of these answers, and does so again at every restart. Ending here names the
// faulty handler instead.

export function requireKnownCheck(request: RequestCheckTx): void {
  if (request.type !== 0 && request.type !== 1) {
    throw new ProtocolError(`checkTx type: expected 0 or 1, got ${request.type}`);
  }
}

export function requireVerdict(method: string, status: number): void {
  if (status !== 1 && status !== 2) {
    throw new Error(`${method} status: expected 1 or 2, got ${status}`);
  }
}

export function requireResults(
  request: RequestFinalizeBlock,
  response: ResponseFinalizeBlock,
): void {
  if (response.txResults.length !== request.txs.length) {
    throw new Error(
      `finalizeBlock results: expected ${request.txs.length}, got ${response.txResults.length}`,
    );
  }
}

export function requireProposalFits(
  request: RequestPrepareProposal,
  response: ResponsePrepareProposal,
): void {
  let size = 0;
  for (const tx of response.txs) size += 1 + frameLength(tx.length).length + tx.length;
  // Nothing fits into any size, also into one that CometBFT would not send.
  if (size > 0 && BigInt(size) > request.maxTxBytes) {
    throw new Error(`prepareProposal size: expected at most ${request.maxTxBytes}, got ${size}`);
  }
}
