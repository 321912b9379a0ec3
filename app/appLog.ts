import type { Logger } from "pino";
import { toHex } from "../core/bytes.ts";
import type { AbciHandlers } from "./abci/handlers.ts";
import type { ChainState } from "./appState.ts";
import type { Metrics } from "./appMetrics.ts";

/** The same answers, with a line per block, a line per alarm and the figures of the metrics page. */
export function observed(
  handlers: AbciHandlers,
  state: ChainState,
  log: Logger,
  metrics: Metrics | undefined,
): AbciHandlers {
  let retained = 0n;
  let block = { txs: 0, failed: 0, gas: 0n, ms: 0 };
  const sound = (): void => {
    for (const alarm of state.alarms.splice(0)) {
      log.error({ height: String(state.height) }, alarm);
      metrics?.alarms.inc();
    }
  };
  const watched = <R>(step: () => R): R => {
    try {
      return step();
    } finally {
      sound();
    }
  };
  return {
    ...handlers,
    checkTx: (request) => watched(() => handlers.checkTx(request)),
    prepareProposal: (request) => watched(() => handlers.prepareProposal(request)),
    processProposal: (request) => watched(() => handlers.processProposal(request)),
    finalizeBlock: (request) =>
      watched(() => {
        const start = performance.now();
        const answer = handlers.finalizeBlock(request);
        const failed = answer.txResults.filter(({ code }) => code !== 0).length;
        const gas = answer.txResults.reduce((sum, { gasUsed }) => sum + gasUsed, 0n);
        block = { txs: request.txs.length, failed, gas, ms: performance.now() - start };
        return answer;
      }),
    commit: (request) =>
      watched(() => {
        const start = performance.now();
        const answer = handlers.commit(request);
        const commitMs = performance.now() - start;
        const { txs, failed, gas, ms } = block;
        if (answer.retainHeight > retained) {
          retained = answer.retainHeight;
          const { heights = [] } = state.db.snapshots ?? {};
          log.info({ from: String(retained), snapshots: heights.map(String) }, "blocks kept");
        }
        metrics?.block({ height: state.height, txs, failed, gas, ms, commitMs });
        log.info(
          {
            ...{ height: String(state.height), txs, failed, gas: String(gas) },
            ...{ ms: Math.round(ms), commitMs: Math.round(commitMs), hash: toHex(state.appHash) },
          },
          "block",
        );
        return answer;
      }),
  };
}
