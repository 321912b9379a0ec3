import type {
  RequestApplySnapshotChunk,
  RequestCheckTx,
  RequestCommit,
  RequestExtendVote,
  RequestFinalizeBlock,
  RequestInfo,
  RequestInitChain,
  RequestListSnapshots,
  RequestLoadSnapshotChunk,
  RequestOfferSnapshot,
  RequestPrepareProposal,
  RequestProcessProposal,
  RequestQuery,
  RequestVerifyVoteExtension,
  ResponseApplySnapshotChunk,
  ResponseCheckTx,
  ResponseCommit,
  ResponseExtendVote,
  ResponseFinalizeBlock,
  ResponseInfo,
  ResponseInitChain,
  ResponseListSnapshots,
  ResponseLoadSnapshotChunk,
  ResponseOfferSnapshot,
  ResponsePrepareProposal,
  ResponseProcessProposal,
  ResponseQuery,
  ResponseVerifyVoteExtension,
} from "cosmjs-types/tendermint/abci/types";

/**
 * What an application answers, by method name. Every method is required: a default answer for one
 * that was forgotten stops the node of whoever forgot it. Only a query may take its time, because
 * it reads the last commit and nothing waits for it; all else runs to its end at once.
 */
export type AbciHandlers = {
  info(request: RequestInfo): ResponseInfo;
  initChain(request: RequestInitChain): ResponseInitChain;
  checkTx(request: RequestCheckTx): ResponseCheckTx;
  prepareProposal(request: RequestPrepareProposal): ResponsePrepareProposal;
  processProposal(request: RequestProcessProposal): ResponseProcessProposal;
  finalizeBlock(request: RequestFinalizeBlock): ResponseFinalizeBlock;
  commit(request: RequestCommit): ResponseCommit;
  query(request: RequestQuery): ResponseQuery | Promise<ResponseQuery>;
  listSnapshots(request: RequestListSnapshots): ResponseListSnapshots;
  offerSnapshot(request: RequestOfferSnapshot): ResponseOfferSnapshot;
  loadSnapshotChunk(request: RequestLoadSnapshotChunk): ResponseLoadSnapshotChunk;
  applySnapshotChunk(request: RequestApplySnapshotChunk): ResponseApplySnapshotChunk;
  extendVote(request: RequestExtendVote): ResponseExtendVote;
  verifyVoteExtension(request: RequestVerifyVoteExtension): ResponseVerifyVoteExtension;
};
