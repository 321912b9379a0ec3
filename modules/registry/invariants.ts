import { moduleAddress } from "../../core/crypto/address.ts";
import type { ReadCtx } from "../../core/context.ts";
import { sum } from "../../core/math/integers.ts";
import type { Invariant } from "../../core/module.ts";
import { balance } from "../bank/index.ts";
import { definitionHash } from "./definition.ts";
import { equalBytes } from "../../core/bytes.ts";
import {
  active,
  commitments,
  expiring,
  instances,
  params,
  published,
  releases,
  services,
  users,
} from "./state.ts";
import { ReleaseStatus } from "./types.ts";
import { rankOf } from "./versions.ts";

function depositsHeld(ctx: ReadCtx): bigint {
  let total = 0n;
  for (const records of [users, services, commitments, instances]) {
    const values: Iterable<{ readonly deposit: bigint }> = records.values(ctx);
    total += sum([...values].map(({ deposit }) => deposit));
  }
  return total;
}

/** The module's account holds exactly the deposits of names, commitments and instances. */
const depositsAreHeld: Invariant = (ctx) => {
  const held = balance(ctx, moduleAddress("registry"), params.get(ctx).denom);
  const expected = depositsHeld(ctx);
  return held === expected ? undefined : `deposits: expected ${expected}, got ${held}`;
};

const servicesHaveUsers: Invariant = (ctx) => {
  for (const { name, owner } of services.values(ctx)) {
    const [username] = users.by(ctx, "owner", owner);
    if (username === undefined) return `service ${name}: expected a user as owner, got ${owner}`;
  }
  return undefined;
};

const ownersAreUsersOnce: Invariant = (ctx) => {
  for (const { username, owner } of users.values(ctx)) {
    const names = [...users.by(ctx, "owner", owner)];
    if (names.length !== 1 || names[0] !== username) {
      return `user ${username}: expected the one name of ${owner}, got ${names.join(",")}`;
    }
  }
  return undefined;
};

/** Every release is published once, ranked if and only if ACTIVE, and is what its hash says. */
const releasesAreIndexed: Invariant = (ctx) => {
  let count = 0;
  for (const [[service, version], release] of releases.entries(ctx)) {
    count += 1;
    const ranked = active.get(ctx, [service, rankOf(version)]) === version;
    if (ranked !== (release.status === ReleaseStatus.RELEASE_STATUS_ACTIVE)) {
      return `${service}@${version}: expected a rank only while active, got ${String(ranked)}`;
    }
    if (!equalBytes(release.definitionHash, definitionHash(release.definition))) {
      return `${service}@${version}: expected the hash of its definition`;
    }
  }
  const places = [...published.keys(ctx)].length;
  return places === count ? undefined : `published: expected ${count}, got ${places}`;
};

const commitmentsAreQueued: Invariant = (ctx) => {
  const queued = [...expiring.keys(ctx)].length;
  const open = [...commitments.values(ctx)].filter(({ expiresMs, committer, commitment }) =>
    expiring.has(ctx, [expiresMs, [committer, commitment]]),
  ).length;
  return queued === open ? undefined : `expiring: expected ${open}, got ${queued}`;
};

export const invariants = {
  depositsAreHeld,
  servicesHaveUsers,
  ownersAreUsersOnce,
  releasesAreIndexed,
  commitmentsAreQueued,
};
