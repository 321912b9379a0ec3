import { errors } from "./errors.ts";
import { ReleaseStatus } from "./types.ts";

/** "active", "deprecated" or "yanked"; anything else is refused. */
export function statusText(status: ReleaseStatus): string {
  if (status === ReleaseStatus.RELEASE_STATUS_ACTIVE) return "active";
  if (status === ReleaseStatus.RELEASE_STATUS_DEPRECATED) return "deprecated";
  if (status === ReleaseStatus.RELEASE_STATUS_YANKED) return "yanked";
  throw errors.invalidStatus(
    `status: expected 1 (active), 2 (deprecated) or 3 (yanked), got ${status}`,
  );
}
