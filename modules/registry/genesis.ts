import { equalBytes } from "../../core/bytes.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { defineGenesis, type Fault } from "../../core/module.ts";
import { saveCommitment } from "./commitments.ts";
import { definitionHash } from "./definition.ts";
import { isName } from "./names.ts";
import { validateParams } from "./params.ts";
import { importRelease, refreshLatest } from "./releases.ts";
import * as state from "./state.ts";
import { GenesisState, NameKind, type Release } from "./types.ts";
import { compareVersions, isVersion, parseVersion } from "./versions.ts";

type Report = (pointer: string, text: string) => void;

function validate(genesis: GenesisState): Fault[] {
  const faults = validateParams(genesis.params);
  const report: Report = (pointer, text) => void faults.push({ pointer, text });
  checkNames(genesis, report);
  checkReleases(genesis, report);
  checkOnce(
    "/instances",
    genesis.instances.map(({ service, node }) => `${service}/${node}`),
    report,
  );
  for (const [i, { commitment }] of genesis.commitments.entries()) {
    if (commitment.length !== 32) report(`/commitments/${i}`, "expected 32 bytes");
  }
  return faults;
}

function checkOnce(pointer: string, names: readonly string[], report: Report): void {
  const seen = new Set<string>();
  for (const [i, name] of names.entries()) {
    if (seen.has(name)) report(`${pointer}/${i}`, `expected each once, got ${name} again`);
    seen.add(name);
  }
}

function checkNames({ users, services, retired }: GenesisState, report: Report): void {
  const usernames = users.map(({ username }) => username);
  const owners = users.map(({ owner }) => owner);
  const serviceNames = services.map(({ name }) => name);
  checkOnce("/users", usernames, report);
  checkOnce("/users", owners, report);
  checkOnce("/services", serviceNames, report);
  for (const [list, names] of [
    ["users", usernames],
    ["services", serviceNames],
  ] as const) {
    for (const [i, name] of names.entries()) {
      if (!isName(name)) report(`/${list}/${i}`, `expected the name rule, got "${name}"`);
    }
  }
  for (const [i, { owner }] of services.entries()) {
    if (!owners.includes(owner)) report(`/services/${i}`, `expected a user as owner, got ${owner}`);
  }
  for (const [i, { kind, name }] of retired.entries()) {
    const taken = kind === NameKind.NAME_KIND_USER ? usernames : serviceNames;
    if (kind !== NameKind.NAME_KIND_USER && kind !== NameKind.NAME_KIND_SERVICE) {
      report(`/retired/${i}`, `kind: expected 1 or 2, got ${kind}`);
    } else if (taken.includes(name)) report(`/retired/${i}`, `expected a free name, got "${name}"`);
  }
}

/** Releases come in order of publication, so that they rise within a major line. */
function checkReleases({ releases, services }: GenesisState, report: Report): void {
  const highest = new Map<string, string>();
  const counts = new Map<string, bigint>();
  for (const [i, { service, version, definition, definitionHash: hash }] of releases.entries()) {
    const pointer = `/releases/${i}`;
    counts.set(service, (counts.get(service) ?? 0n) + 1n);
    if (!isVersion(version)) {
      report(pointer, `expected semver, got "${version}"`);
      continue;
    }
    const line = `${service}@${parseVersion(version)?.major ?? 0n}`;
    const before = highest.get(line);
    if (before !== undefined && compareVersions(version, before) <= 0) {
      report(pointer, `expected a version above ${before}, got ${version}`);
    }
    highest.set(line, version);
    if (!equalBytes(hash, definitionHash(definition)))
      report(pointer, "expected its definition's hash");
  }
  for (const [i, { name, releases: count }] of services.entries()) {
    const listed = counts.get(name) ?? 0n;
    if (listed !== count) report(`/services/${i}`, `releases: expected ${listed}, got ${count}`);
  }
}

function init(ctx: Ctx, genesis: GenesisState): void {
  state.params.set(ctx, genesis.params);
  for (const user of genesis.users) state.users.set(ctx, user.username, user);
  const places = new Map<string, bigint>();
  for (const release of genesis.releases) {
    const place = places.get(release.service) ?? 0n;
    importRelease(ctx, release, place);
    places.set(release.service, place + 1n);
  }
  for (const service of genesis.services) refreshLatest(ctx, service);
  for (const instance of genesis.instances) {
    state.instances.set(ctx, [instance.service, instance.node], instance);
  }
  for (const commitment of genesis.commitments) saveCommitment(ctx, commitment);
  for (const name of genesis.retired) state.retired.set(ctx, [name.kind, name.name], name);
}

function exportGenesis(ctx: ReadCtx): GenesisState {
  const releases: Release[] = [];
  for (const [[service], version] of state.published.entries(ctx)) {
    const release = state.releases.get(ctx, [service, version]);
    if (release !== undefined) releases.push(release);
  }
  return {
    params: state.params.get(ctx),
    users: [...state.users.values(ctx)],
    services: [...state.services.values(ctx)],
    releases,
    instances: [...state.instances.values(ctx)],
    commitments: [...state.commitments.values(ctx)],
    retired: [...state.retired.values(ctx)],
  };
}

export const genesis = defineGenesis({
  codec: GenesisState,
  message: "assay.registry.v1.GenesisState",
  validate,
  init,
  export: exportGenesis,
});
