import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** The longest path that a Unix socket may have on Linux (macOS allows fewer). */
const longestPath = process.platform === "darwin" ? 103 : 107;

/**
 * Where the app and CometBFT of a home meet. A home far down in the file system gets a socket in a folder of this
 * user below the system's temporary one, because the path of a socket is short.
 */
export function socketPathOf(home: string): string {
  const own = path.join(home, "app.sock");
  if (Buffer.byteLength(own) <= longestPath) return own;
  const { uid } = os.userInfo();
  const folder = path.join(os.tmpdir(), `assay-${uid}`);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = createHash("sha256").update(home).digest("hex").slice(0, 16);
  return path.join(folder, `${name}.sock`);
}
