import type { AbciHandlers } from "./abci/handlers.ts";
import { KillPoints } from "../core/killPoints.ts";
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
  ...["snapshot.sidecar", "snapshot.sidecar-named"],
  ...["snapshot.named", "snapshot.pruned-log", "snapshot.pruned"],
] as const;

/** Passed only by a node that joins by a snapshot. */
export const restorePoints = ["restore.chunk", "restore.verified", "restore.installed"] as const;

export type KillPoint = (typeof killPoints)[number] | (typeof restorePoints)[number];

export function dieNow(): never {
  process.kill(process.pid, "SIGKILL");
  // The signal ends this thread on its way back from the call; nothing below may run.
  for (;;);
}

const allPoints: readonly KillPoint[] = [...killPoints, ...restorePoints];
const life = new KillPoints(allPoints, dieNow);

/** `POINT:COUNT`: the process kills itself when it passes the point for the COUNTth time. Test chains only. */
export function armKillPoint(spec: string, chainId: string): void {
  if (life.arm(spec, chainId)) return;
  throw new StartError(
    "E1430",
    `ASSAY_KILL_AT: expected POINT:COUNT on a test chain, got ${spec} on ${chainId}`,
    ["unset ASSAY_KILL_AT", `points: ${allPoints.join(" ")}`],
  );
}

/** Whether the process dies here: for points that first leave something half done. */
export function isDying(point: KillPoint): boolean {
  return life.isDying(point);
}

export function killPoint(point: KillPoint): void {
  life.pass(point);
}

/** The handlers with the points behind them; the same handlers where no point is armed. */
export function killable(app: AbciHandlers): AbciHandlers {
  if (!life.isArmed) return app;
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
