import fs from "node:fs";
import { userError } from "../errors/index.ts";

/** Throws E1506 for a file that other users of this machine can read; pipes and descriptors have no such readers. */
export function requirePrivate(path: string): void {
  const stat = fs.statSync(path);
  if (!stat.isFile() || (stat.mode & 0o077) === 0 || process.platform === "win32") return;
  const mode = (stat.mode & 0o777).toString(8);
  throw userError("E1506", { path, mode }, { fix: [`chmod 600 ${path}`] });
}

/** The passphrase in a file: its first line, without the line's end. */
export function readPassphraseFile(path: string): string {
  if (!fs.existsSync(path)) {
    throw userError("E4011", {
      ...{ field: "--passphrase-file", expected: "a file", actual: `no file ${path}` },
    });
  }
  requirePrivate(path);
  const [line = ""] = fs.readFileSync(path, "utf8").split(/\r?\n/);
  if (line !== "") return line;
  throw userError("E4011", { field: path, expected: "a passphrase", actual: "an empty line" });
}
