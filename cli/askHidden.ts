import { spawnSync } from "node:child_process";
import fs from "node:fs";

/** Reads one line from the terminal without showing it; undefined where there is no terminal. */
export function askHidden(question: string): string | undefined {
  const terminal = openTerminal();
  if (terminal === undefined) return undefined;
  const echo = (word: string): void =>
    void spawnSync("stty", [word], { stdio: [terminal, "ignore", "ignore"] });
  const show = (): void => echo("echo");
  // Ctrl-C in the middle must not leave a terminal that shows nothing.
  process.once("exit", show);
  try {
    echo("-echo");
    fs.writeSync(terminal, question);
    return readLine(terminal);
  } finally {
    show();
    process.off("exit", show);
    fs.writeSync(terminal, "\n");
    fs.closeSync(terminal);
  }
}

function openTerminal(): number | undefined {
  try {
    return fs.openSync("/dev/tty", "r+");
  } catch {
    return undefined;
  }
}

function readLine(terminal: number): string {
  const bytes: number[] = [];
  const byte = Buffer.alloc(1);
  while (fs.readSync(terminal, byte) === 1 && byte[0] !== 10) bytes.push(byte.readUInt8());
  return Buffer.from(bytes).toString("utf8");
}
