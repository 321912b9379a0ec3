import { Request, type Response } from "cosmjs-types/tendermint/abci/types";
import { readCheckTx } from "./checkTxFrame.ts";
import {
  requireKnownCheck,
  requireProposalFits,
  requireResults,
  requireVerdict,
} from "./checks.ts";
import { ProtocolError } from "./frames.ts";
import type { AbciHandlers } from "./handlers.ts";

const FLUSH_TAG = (2 << 3) | 2;

/** Decodes one frame and answers it; only a query's answer may be a promise. */
export function answerFrame(app: AbciHandlers, frame: Uint8Array): Response | Promise<Response> {
  const check = readCheckTx(frame);
  if (check !== undefined) return { checkTx: app.checkTx(check) };
  // CometBFT flushes after each CheckTx.
  if (frame.length === 2 && frame[0] === FLUSH_TAG && frame[1] === 0) return { flush: {} };
  let request: Request;
  try {
    request = Request.decode(frame);
  } catch (error) {
    throw new ProtocolError("request: expected tendermint.abci.Request, got other bytes", {
      cause: error,
    });
  }
  const answer = frequent(app, request) ?? consensus(app, request) ?? snapshot(app, request);
  if (answer === undefined) {
    throw new ProtocolError("request: expected a method of ABCI 2.0.0, got none");
  }
  return answer;
}

function frequent(app: AbciHandlers, request: Request): Response | Promise<Response> | undefined {
  if (request.checkTx !== undefined) {
    requireKnownCheck(request.checkTx);
    return { checkTx: app.checkTx(request.checkTx) };
  }
  if (request.flush !== undefined) return { flush: {} };
  if (request.echo !== undefined) return { echo: { message: request.echo.message } };
  if (request.info !== undefined) return { info: app.info(request.info) };
  if (request.query !== undefined) {
    const answer = app.query(request.query);
    return answer instanceof Promise ? answer.then((query) => ({ query })) : { query: answer };
  }
  return undefined;
}

function consensus(app: AbciHandlers, request: Request): Response | undefined {
  if (request.prepareProposal !== undefined) {
    const prepareProposal = app.prepareProposal(request.prepareProposal);
    requireProposalFits(request.prepareProposal, prepareProposal);
    return { prepareProposal };
  }
  if (request.processProposal !== undefined) {
    const processProposal = app.processProposal(request.processProposal);
    requireVerdict("processProposal", processProposal.status);
    return { processProposal };
  }
  if (request.finalizeBlock !== undefined) {
    const finalizeBlock = app.finalizeBlock(request.finalizeBlock);
    requireResults(request.finalizeBlock, finalizeBlock);
    return { finalizeBlock };
  }
  if (request.commit !== undefined) return { commit: app.commit(request.commit) };
  if (request.initChain !== undefined) return { initChain: app.initChain(request.initChain) };
  if (request.extendVote !== undefined) return { extendVote: app.extendVote(request.extendVote) };
  if (request.verifyVoteExtension !== undefined) {
    const verifyVoteExtension = app.verifyVoteExtension(request.verifyVoteExtension);
    requireVerdict("verifyVoteExtension", verifyVoteExtension.status);
    return { verifyVoteExtension };
  }
  return undefined;
}

function snapshot(app: AbciHandlers, request: Request): Response | undefined {
  if (request.listSnapshots !== undefined) {
    return { listSnapshots: app.listSnapshots(request.listSnapshots) };
  }
  if (request.offerSnapshot !== undefined) {
    return { offerSnapshot: app.offerSnapshot(request.offerSnapshot) };
  }
  if (request.loadSnapshotChunk !== undefined) {
    return {
      loadSnapshotChunk: app.loadSnapshotChunk(request.loadSnapshotChunk),
    };
  }
  if (request.applySnapshotChunk !== undefined) {
    return {
      applySnapshotChunk: app.applySnapshotChunk(request.applySnapshotChunk),
    };
  }
  return undefined;
}
