import type {
  RequestCheckTx,
  RequestFinalizeBlock,
  ResponseCheckTx,
  ResponseCommit,
} from "cosmjs-types/tendermint/abci/types";
import { FatalError } from "../core/errors.ts";
import { ConsensusParams } from "../proto/cosmos.ts";
import type { AbciHandlers } from "./abci/handlers.ts";
import { finalizeBlock } from "./appBlock.ts";
import { appName, appVersion } from "./appConfig.ts";
import type { ChainState } from "./appState.ts";
import { withoutAmbient } from "./appTrap.ts";
import { initChain } from "./genesis/init.ts";
import { looksLikeContribution } from "./proposal/contribution.ts";
import { killPoint } from "./killPoint.ts";
import { prepareProposal } from "./proposal/prepare.ts";
import { faultOfProposal } from "./proposal/process.ts";
import { protoSize } from "./proposal/lanes.ts";
import { answerQuery } from "./query/router.ts";
import { Retention } from "./retain.ts";
import { StateSync } from "./snapshots/stateSync.ts";
import { checkTx } from "./tx/check.ts";
import { failedResult, refusalOf } from "./tx/deliver.ts";

const none = new Uint8Array();
const accept = 1;
const reject = 2;

/** The answers to CometBFT; every method of ABCI 2.0.0 (WIRE.md 4). */
export function createHandlers(state: ChainState): AbciHandlers {
  const stateSync = new StateSync(state);
  const retention = new Retention(state);
  return {
    info: () => ({
      data: appName,
      version: state.config.version,
      appVersion,
      lastBlockHeight: state.height,
      lastBlockAppHash: state.appHash,
    }),
    initChain: (request) => withoutAmbient(() => initChain(state, request)),
    checkTx: (request) => check(state, request),
    prepareProposal: (request) => {
      try {
        return prepareProposal(state, request);
      } catch (error) {
        refusalOf(error, state.alarms);
        return { txs: fitting(request.txs, request.maxTxBytes) };
      }
    },
    processProposal: (request) => {
      try {
        const fault = faultOfProposal(state, request);
        if (fault !== undefined) state.alarms.push(`proposal ${request.height} refused: ${fault}`);
        return { status: fault === undefined ? accept : reject };
      } catch (error) {
        refusalOf(error, state.alarms);
        return { status: reject };
      }
    },
    finalizeBlock: (request: RequestFinalizeBlock) => {
      const { haltHeight } = state.config;
      if (haltHeight > 0n && request.height > haltHeight)
        throw new FatalError(`halt-height: expected no block after ${haltHeight}`);
      return withoutAmbient(() => finalizeBlock(state, request));
    },
    commit: () => commit(state, retention),
    query: (request) => answerQuery(state, request),
    listSnapshots: () => stateSync.list(),
    offerSnapshot: (request) => stateSync.offer(request),
    loadSnapshotChunk: (request) => stateSync.load(request),
    applySnapshotChunk: (request) => stateSync.apply(request),
    extendVote: () => ({ voteExtension: none }),
    verifyVoteExtension: ({ voteExtension }) => ({
      status: voteExtension.length === 0 ? accept : reject,
    }),
  };
}

function check(state: ChainState, { tx, type }: RequestCheckTx): ResponseCheckTx {
  if (looksLikeContribution(tx)) {
    const log = "beacon contributions come from the proposer: invalid request";
    return failedResult({ codespace: "sdk", code: 18, log });
  }
  const env = type === 1 ? state.check.recheck : state.check.check;
  const answer = checkTx(state.check, () => state.txs.decode(tx), env, state.quota);
  if (answer.code === 0) state.quota?.admitted(tx.length);
  return answer;
}

/** Keeps the finalized block: one durable record, then the mempool's state starts anew. */
function commit(state: ChainState, retention: Retention): ResponseCommit {
  killPoint("commit.before");
  const { finalized } = state;
  if (finalized === undefined) throw new FatalError("commit: expected a finalized block, got none");
  const meta = ConsensusParams.encode(state.params).finish();
  const { height, timeMs } = finalized;
  state.db.commit({ height, timeMs, meta });
  state.committed(finalized);
  return { retainHeight: retention.heightAfter(height, timeMs) };
}

/** The mempool as it came, cut where Comet would panic. */
function fitting(txs: Uint8Array[], maxTxBytes: bigint): Uint8Array[] {
  let size = 0n;
  return txs.filter((tx) => (size += protoSize(tx)) <= maxTxBytes);
}
