import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { userError } from "../../client/errors/index.ts";

export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Written as `sha256sum` writes it, so that `sha256sum -c` can read it. */
export async function recordChecksum(path: string, name: string, sum: string): Promise<void> {
  const file = checksumFile(path);
  await writeFile(`${file}.new`, `${sum}  ${name}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Throws E1205 unless the program has the bytes that were installed. */
export async function requireRecordedChecksum(path: string): Promise<void> {
  const recorded = await readFile(checksumFile(path), "utf8").catch(() => "");
  const expected = /^[0-9a-f]{64}/.exec(recorded)?.[0] ?? "recorded at the installation (none is)";
  const actual = await sha256File(path);
  if (actual !== expected) throw userError("E1205", { path, expected, actual });
}

function checksumFile(path: string): string {
  return `${path}.sha256`;
}
