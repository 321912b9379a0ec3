import type { Logger } from "pino";
import { toHex } from "../core/bytes.ts";
import type { AbciHandlers } from "./abci/handlers.ts";
import type { DelayWatch } from "./appDelay.ts";
import type { Metrics } from "./appMetrics.ts";
import type { ChainState } from "./appState.ts";

/** Facts of this process for /health. */
export type Facts = {
  committedAtMs: number | undefined;
  finalizedAtMs: number | undefined;
  alarms: number;
};

export const noFacts = (): Facts => ({
  committedAtMs: undefined,
  finalizedAtMs: undefined,
  alarms: 0,
});

export type Watchers = {
  readonly log: Logger;
  readonly facts: Facts;
  readonly metrics: Metrics | undefined;
  readonly delay: DelayWatch | undefined;
};

const noBlock = { txs: 0, failed: 0, gas: 0n, ms: 0 };

/** The same answers, with a line per block, a line per alarm and the figures of the metrics page. */
export function observed(
  handlers: AbciHandlers,
  state: ChainState,
  { log, facts, metrics, delay }: Watchers,
): AbciHandlers {
  let retained = 0n;
  let block = noBlock;
  let recheckMs = 0;
  const sound = (): void => {
    for (const alarm of state.alarms.splice(0)) {
      log.error({ height: String(state.height) }, alarm);
      facts.alarms += 1;
      metrics?.alarm();
    }
  };
  const watched = <R>(step: () => R, took?: (ms: number) => void): R => {
    const start = performance.now();
    try {
      return step();
    } finally {
      const ms = performance.now() - start;
      delay?.busy(ms);
      took?.(ms);
      sound();
    }
  };
  return {
    ...handlers,
    checkTx: (request) => {
      const recheck = request.type === 1;
      const answer = watched(
        () => handlers.checkTx(request),
        (ms) => (recheckMs += recheck ? ms : 0),
      );
      metrics?.checked(recheck ? "recheck" : "new", answer.code === 0);
      return answer;
    },
    query: (request) => {
      const answer = watched(() => handlers.query(request));
      void Promise.resolve(answer).then(
        ({ code }) => metrics?.queried(code === 0),
        () => metrics?.queried(false),
      );
      return answer;
    },
    prepareProposal: (request) => {
      const answer = watched(() => handlers.prepareProposal(request));
      metrics?.offered(state.offered);
      return answer;
    },
    processProposal: (request) => {
      const answer = watched(() => handlers.processProposal(request));
      if (answer.status !== 1) metrics?.refusedProposal();
      return answer;
    },
    offerSnapshot: (request) => watched(() => handlers.offerSnapshot(request)),
    applySnapshotChunk: (request) => watched(() => handlers.applySnapshotChunk(request)),
    finalizeBlock: (request) => {
      let ms = 0;
      const answer = watched(
        () => handlers.finalizeBlock(request),
        (took) => (ms = took),
      );
      const failed = answer.txResults.filter(({ code }) => code !== 0).length;
      const gas = answer.txResults.reduce((sum, { gasUsed }) => sum + gasUsed, 0n);
      block = { txs: request.txs.length, failed, gas, ms };
      facts.finalizedAtMs = Date.now();
      return answer;
    },
    commit: (request) => {
      let commitMs = 0;
      const answer = watched(
        () => handlers.commit(request),
        (took) => (commitMs = took),
      );
      facts.committedAtMs = Date.now();
      facts.finalizedAtMs = undefined;
      if (answer.retainHeight > retained) {
        retained = answer.retainHeight;
        const { heights = [] } = state.db.snapshots ?? {};
        log.info({ from: String(retained), snapshots: heights.map(String) }, "blocks kept");
      }
      const { txs, failed, gas, ms } = block;
      const figures = {
        height: state.height,
        timeMs: state.db.timeMs,
        txs,
        failed,
        gas,
        ms,
        commitMs,
      };
      metrics?.block({ ...figures, recheckMs });
      recheckMs = 0;
      log.info(
        {
          ...{ height: String(state.height), txs, failed, gas: String(gas) },
          ...{ ms: Math.round(ms), commitMs: Math.round(commitMs), hash: toHex(state.appHash) },
        },
        "block",
      );
      return answer;
    },
  };
}
