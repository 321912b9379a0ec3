import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Command } from "commander";
import { program as programOf } from "../home/programs.ts";
import type { Register } from "../register.ts";

/** The commands live in localnet/, which is a program of its own: nothing imports it. */
export const register: Register = (program) => {
  const localnet = program
    .command("localnet")
    .description("the local network of this checkout (npm start)");
  const add = (text: string, description: string): Command =>
    localnet
      .command(text)
      .description(description)
      .option("--data <dir>", "its folder (default localnet/.data)");
  add("kill <name>", "end node0, node1, .. or executor1, .. at once, by signal 9").action(
    (name: string, flags: Flags) => hand(["kill", name], flags),
  );
  add("start [name]", "bring a killed one back; without a name: start the network").action(
    (name: string | undefined, flags: Flags) =>
      name === undefined ? hand([], flags) : hand(["start", name], flags),
  );
  add("stop", "end the network; the next start goes on").action((flags: Flags) =>
    hand(["stop"], flags),
  );
  add("status", "what runs").action((flags: Flags) => hand(["status"], flags));
  add("serve <dir>", "publish and run the service of a service.yml on the local executors")
    .option("--nodes <n>", "how many executors serve it", "3")
    .action((dir: string, flags: Flags) => hand(["serve", dir], flags));
};

type Flags = { data?: string; nodes?: string };

async function hand(args: readonly string[], flags: Flags): Promise<void> {
  const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const { command, args: own } = programOf("localnet/main", ...args, ...given);
  const child = spawn(command, own, { stdio: "inherit" });
  // The child has the same terminal and ends by itself.
  process.removeAllListeners("SIGINT");
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const [code] = (await once(child, "exit")) as [number | null];
  process.exit(code ?? 1);
}
