import { errors } from "./errors.ts";
import { isPlainText } from "./names.ts";
import type { Artifact } from "./types.ts";

const maxArtifactBytes = 2n ** 40n;

/** What is downloaded and run; the chain checks its form alone. */
export function checkArtifact(artifact: Artifact): void {
  const wrong = (name: string, expected: string, got: unknown): never => {
    throw errors.invalidArtifact(`artifact.${name}: expected ${expected}, got ${String(got)}`);
  };
  if (artifact.sha256.length !== 32) wrong("sha256", "32 bytes", artifact.sha256.length);
  if (artifact.size < 1n || artifact.size > maxArtifactBytes) {
    wrong("size", `1..${maxArtifactBytes}`, artifact.size);
  }
  if (artifact.mediaType === "" || !isPlainText(artifact.mediaType, 100)) {
    wrong("media_type", "1..100 printable ASCII characters", `"${artifact.mediaType}"`);
  }
  if (!isPlainText(artifact.uri, 256)) {
    wrong("uri", "at most 256 printable ASCII characters", `"${artifact.uri}"`);
  }
}
