import { concatBytes, equalBytes } from "../../core/bytes.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { active, lines, published, releases, services } from "./state.ts";
import { ReleaseStatus, type Release, type Service, type TaskDefinition } from "./types.ts";
import { isVersion, parseLine, parseVersion, rankOf, rankPrefix } from "./versions.ts";

export function findRelease(ctx: ReadCtx, service: string, version: string): Release | undefined {
  return releases.get(ctx, [service, version]);
}

/**
 * "" is the latest ACTIVE version, "1" and "1.2" the latest ACTIVE one of that line, an exact version that one
 * unless YANKED. Latest = highest precedence; a pre-release only where the line has nothing else.
 */
export function resolveRelease(ctx: ReadCtx, service: string, wanted: string): Release | undefined {
  if (wanted === "") return highestActiveRelease(ctx, service);
  if (!services.has(ctx, service)) return undefined;
  if (isVersion(wanted)) {
    const release = findRelease(ctx, service, wanted);
    return release?.status === ReleaseStatus.RELEASE_STATUS_YANKED ? undefined : release;
  }
  const line = parseLine(wanted);
  const version = line === undefined ? "" : latestOf(ctx, service, line);
  return version === "" ? undefined : findRelease(ctx, service, version);
}

/** The release whose min_bond and roles bind a bond. */
export function highestActiveRelease(ctx: ReadCtx, service: string): Release | undefined {
  const version = services.get(ctx, service)?.latestVersion ?? "";
  return version === "" ? undefined : findRelease(ctx, service, version);
}

export function findTask(release: Release, key: string): TaskDefinition | undefined {
  return release.definition.tasks.find((task) => task.key === key);
}

/** The latest ACTIVE version whose first numbers are these; empty when there is none. */
function latestOf(ctx: ReadCtx, service: string, numbers: readonly bigint[]): string {
  for (const stable of [true, false]) {
    const prefix = rankPrefix(stable, numbers);
    // Above every rank with that prefix: a u64 of at most 15 digits never begins with 255, nor does text.
    const last = concatBytes(prefix, Uint8Array.of(255));
    for (const [[, rank], version] of active.entries(ctx, {
      under: service,
      from: [service, last],
      reverse: true,
    })) {
      if (equalBytes(rank.slice(0, prefix.length), prefix)) return version;
      break;
    }
  }
  return "";
}

/** A new release of a service, whose checks have passed. */
export function addRelease(ctx: Ctx, service: Service, release: Release, major: bigint): void {
  const { version } = release;
  releases.set(ctx, [service.name, version], release);
  published.set(ctx, [service.name, service.releases], version);
  lines.set(ctx, [service.name, major], version);
  active.set(ctx, [service.name, rankOf(version)], version);
  refreshLatest(ctx, { ...service, releases: service.releases + 1n });
}

export function setStatus(ctx: Ctx, service: Service, release: Release): void {
  const rank = rankOf(release.version);
  releases.set(ctx, [service.name, release.version], release);
  if (release.status === ReleaseStatus.RELEASE_STATUS_ACTIVE) {
    active.set(ctx, [service.name, rank], release.version);
  } else {
    active.remove(ctx, [service.name, rank]);
  }
  refreshLatest(ctx, service);
}

/** Writes the service with the latest version that its releases give now. */
export function refreshLatest(ctx: Ctx, service: Service): void {
  services.set(ctx, service.name, { ...service, latestVersion: latestOf(ctx, service.name, []) });
}

/** Indexes of a release from genesis; releases come in order of publication. */
export function importRelease(ctx: Ctx, release: Release, place: bigint): void {
  const { service, version, status } = release;
  const major = parseVersion(version)?.major ?? 0n;
  releases.set(ctx, [service, version], release);
  published.set(ctx, [service, place], version);
  lines.set(ctx, [service, major], version);
  if (status === ReleaseStatus.RELEASE_STATUS_ACTIVE) {
    active.set(ctx, [service, rankOf(version)], version);
  }
}
