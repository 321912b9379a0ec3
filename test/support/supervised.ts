import path from "node:path";
import { appProgram } from "../../cli/home/programs.ts";
import { socketPathOf } from "../../cli/home/socket.ts";
import { Supervisor, type SupervisorOptions } from "../../cli/supervise/supervisor.ts";

/** App and engine of a home, under a supervisor of this process; it is not started yet. */
export function supervised(
  comet: string,
  home: string,
  more: Partial<SupervisorOptions> = {},
): Supervisor {
  return new Supervisor({
    app: appProgram("--home", home),
    comet: { path: comet, home },
    socketPath: socketPathOf(home),
    logDirectory: path.join(home, "logs"),
    ...more,
  });
}
