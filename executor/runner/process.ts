import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import type { ProcessRunner } from "../../client/manifest/manifest.ts";
import { RunFailed } from "./failed.ts";

const memoryPollMs = 100;

/**
 * Runs a program: input on stdin, output on stdout. Time, output and memory are capped; at a cap the whole process
 * group is killed. The environment is empty but for PATH, so that keys of the node cannot leak into it.
 */
export function runProcess(
  runner: ProcessRunner,
  input: Uint8Array,
  maxOutput: number,
  signal: AbortSignal,
  path: string,
): Promise<Uint8Array> {
  const [command = "", ...args] = runner.command;
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    env: { PATH: path, LANG: "C.UTF-8" },
  });
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let complaint = "";
    const fail = (why: string): void => {
      killGroup(child);
      reject(new RunFailed(`${command}: ${why}`));
    };
    const timer = setTimeout(
      () => fail(`expected an answer in ${runner.timeoutMs} ms, got none`),
      runner.timeoutMs,
    );
    const watch = setInterval(() => {
      const used = residentBytes(child.pid);
      if (used > runner.memoryBytes)
        fail(`expected at most ${runner.memoryBytes} bytes of memory, got ${used}`);
    }, memoryPollMs);
    const abort = (): void => fail("stopped");
    const done = (): void => {
      clearTimeout(timer);
      clearInterval(watch);
      signal.removeEventListener("abort", abort);
    };
    signal.addEventListener("abort", abort);
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxOutput) fail(`output: expected at most ${maxOutput} bytes, got more`);
      else chunks.push(chunk);
    });
    child.stderr.on(
      "data",
      (chunk: Buffer) => (complaint = (complaint + chunk.toString("utf8")).slice(-500)),
    );
    child.on("error", (error) => (done(), reject(new RunFailed(`${command}: ${error.message}`))));
    child.on("close", (code, killedBy) => {
      done();
      // What the program left running would outlive its task.
      killGroup(child);
      if (code === 0) resolve(Buffer.concat(chunks));
      else
        reject(
          new RunFailed(
            `${command}: expected exit 0, got ${killedBy ?? code}: ${complaint.trim()}`,
          ),
        );
    });
    // A program that does not read its input closes the pipe; its exit code says the rest.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is gone.
  }
}

/** Resident memory of the program; 0 where the system does not tell. */
function residentBytes(pid: number | undefined): number {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
