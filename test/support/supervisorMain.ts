import { Supervisor, type SupervisorOptions } from "../../cli/supervise/supervisor.ts";

// A supervisor as a process of its own, so that a test can kill it. Prints the two process ids.
const [, , options] = process.argv;
if (process.env["SUPERVISOR_MAIN"] === "1" && options !== undefined) {
  const supervisor = new Supervisor(JSON.parse(options) as SupervisorOptions);
  const { pids } = await supervisor.start();
  process.stdout.write(`${JSON.stringify(pids)}\n`);
}
