import type { AbciHandlers } from "./abci/handlers.ts";
import { StartError } from "./errors.ts";

/** Where a test can let the app die as by kill -9 or a power cut. */
export const killPoints = [
  ...["start.locked", "start.recovered", "start.listening"],
  ...["frame.read", "frame.answered", "info.after", "init.after", "check.after"],
  ...["prepare.after", "process.after", "query.after"],
  ...["finalize.before", "finalize.executed", "finalize.staged"],
  ...["commit.before", "log.create", "log.half", "log.written", "log.synced", "log.named"],
  ...["commit.logged", "commit.after"],
  ...["snapshot.begun", "snapshot.half", "snapshot.written", "snapshot.synced"],
  ...["snapshot.named", "snapshot.pruned-log", "snapshot.pruned"],
] as const;

export type KillPoint = (typeof killPoints)[number];

// One process has one life: the spec comes from its environment at the start.
let armed: { readonly point: string; left: number } | undefined;

const testChain = /-(local|dev|test)-[0-9]+$/;

/** `POINT:COUNT`: the process kills itself when it passes the point for the COUNTth time. Test chains only. */
export function armKillPoint(spec: string, chainId: string): void {
  const [point = "", count = "1"] = spec.split(":");
  const left = Number(count);
  const known = (killPoints as readonly string[]).includes(point);
  if (!testChain.test(chainId) || !known || !Number.isSafeInteger(left) || left < 1) {
    throw new StartError(
      "E1430",
      `ASSAY_KILL_AT: expected POINT:COUNT on a test chain, got ${spec} on ${chainId}`,
      ["unset ASSAY_KILL_AT", `points: ${killPoints.join(" ")}`],
    );
  }
  armed = { point, left };
}

/** Whether the process dies here: for points that first leave something half done. */
export function isDying(point: KillPoint): boolean {
  if (armed === undefined || armed.point !== point) return false;
  return --armed.left === 0;
}

export function dieNow(): never {
  process.kill(process.pid, "SIGKILL");
  // The signal ends this thread on its way back from the call; nothing below may run.
  for (;;);
}

export function killPoint(point: KillPoint): void {
  if (armed !== undefined && isDying(point)) dieNow();
}

/** The handlers with the points behind them; the same handlers where no point is armed. */
export function killable(app: AbciHandlers): AbciHandlers {
  if (armed === undefined) return app;
  const after =
    <Q, A>(point: KillPoint, handler: (request: Q) => A) =>
    (request: Q): A => {
      const answer = handler(request);
      killPoint(point);
      return answer;
    };
  return {
    ...app,
    info: after("info.after", app.info),
    initChain: after("init.after", app.initChain),
    checkTx: after("check.after", app.checkTx),
    prepareProposal: after("prepare.after", app.prepareProposal),
    processProposal: after("process.after", app.processProposal),
    query: after("query.after", app.query),
    commit: after("commit.after", app.commit),
  };
}
