import { userError } from "../client/errors/index.ts";
import { KillPoints } from "../core/killPoints.ts";

/** Where a test can let the executor die as by kill -9, in the order in which a task passes them. */
export const killPoints = [
  ...["start.locked", "journal.read", "journal.copied", "journal.renamed", "start.ready"],
  ...["run.begun", "run.ended"],
  ...["journal.half", "journal.written", "journal.synced"],
  ...["run.kept"],
  ...["commit.signed", "commit.kept", "commit.sent"],
  ...["reveal.signed", "reveal.kept", "reveal.sent"],
  ...["heartbeat.due", "heartbeat.signed", "heartbeat.sent"],
  ...["stop.begun", "stop.closed"],
] as const;

export type KillPoint = (typeof killPoints)[number];

export function dieNow(): never {
  process.kill(process.pid, "SIGKILL");
  // The signal ends this thread on its way back from the call; nothing below may run.
  for (;;);
}

const life = new KillPoints(killPoints, dieNow);

/** `POINT:COUNT`: the process kills itself when it passes the point for the COUNTth time. Test chains only. */
export function armKillPoint(spec: string, chainId: string): void {
  if (life.arm(spec, chainId)) return;
  throw userError("E1430", {
    expected: `POINT:COUNT on a test chain, POINT one of ${killPoints.join(" ")}`,
    actual: `${spec} on ${chainId}`,
  });
}

/** Whether the process dies here: for points that first leave something half done. */
export function isDying(point: KillPoint): boolean {
  return life.isDying(point);
}

export function killPoint(point: KillPoint): void {
  life.pass(point);
}
