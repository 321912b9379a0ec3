import type { Address, Amount, Dec } from "../../core/brand.ts";
import { keyFromBytes } from "../../core/bytes.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { one } from "../../core/math/dec.ts";
import { prefixEnd } from "../../core/collections/place.ts";
import { branch } from "../../core/store/branch.ts";
import { netChanges } from "../../core/store/changes.ts";
import type { ReadStore, StoreKey } from "../../core/store/kv.ts";
import { Multistore } from "../../core/store/multistore.ts";
import * as clock from "../../modules/clock/index.ts";
import { params as clockParams } from "../../modules/clock/state.ts";
import { hold, ReleaseStatus, Role } from "../../modules/registry/index.ts";
import { instances, releases } from "../../modules/registry/state.ts";
import * as reputation from "../../modules/reputation/index.ts";
import { counters, incidents, params as reputationParams } from "../../modules/reputation/state.ts";
import {
  Bond,
  BondStatus,
  freeSeat,
  holdSlash,
  settleSlash,
  takeSeat,
} from "../../modules/staking/index.ts";
import { Counter, Incidents } from "../../modules/reputation/types.ts";
import { findBond, saveBond, withAmount } from "../../modules/staking/bonds.ts";
import { addLife, heartbeat, missSign } from "../../modules/staking/lives.ts";
import { bonds, lives, params as stakingParams } from "../../modules/staking/state.ts";
import { genesisMs } from "./ctx.ts";
import {
  nodeAt,
  nodesWorld,
  oneAssay,
  service,
  taskKey,
  version,
  type NodesWorld,
} from "./nodes.ts";

export const versions = [version, "1.1.0"];
export const otherKey = "later";
export const nodes = 24;
const stores = ["clock", "registry", "staking", "reputation"];

/** A fresh multistore with the content of a world of the memory. */
export function committedWorld(world: NodesWorld, keepVersions: number): Multistore {
  const store = new Multistore({ stores, keepVersions });
  const block = branch(store.view());
  for (const [path, value] of world.store.dump()) {
    const at = path.indexOf("/");
    const key = keyFromBytes(Buffer.from(path.slice(at + 1), "latin1"));
    block.set(path.slice(0, at), key, Uint8Array.from(value));
  }
  store.stage(1n, netChanges(store.view(), block.dirty()));
  store.commit();
  return store;
}

/** What a restart or a restored snapshot leaves: the content, and nothing of what was remembered. */
export function restarted(store: Multistore, keepVersions: number): Multistore {
  const fresh = new Multistore({ stores, keepVersions });
  fresh.restore(store.version, (name) => store.exportStore(name, store.version));
  return fresh;
}

/** The same state to somebody who can remember nothing of it. */
export function withoutHistory<C extends ReadCtx>(ctx: C): ReadCtx {
  const { store } = ctx;
  const plain: ReadStore = {
    get: (name, key) => store.get(name, key),
    has: (name, key) => store.has(name, key),
    range: (name, start, end, reverse) => store.range(name, start, end, reverse),
  };
  return { ...ctx, store: plain };
}

export const drawWorld = (): NodesWorld =>
  nodesWorld(
    Array.from({ length: nodes }, (_, i) => ({
      node: nodeAt(i),
      amount: BigInt((i % 5) + 1) * oneAssay,
      capacity: (i % 3) + 2,
      committedUntilMs: genesisMs + BigInt(i % 4) * 40n * 86_400_000n,
      successes: (BigInt(i % 4) * one) / 2n,
      version: versions[i % 5 === 4 ? 1 : 0],
    })),
    versions,
  );

type Random = (below: number) => number;

/** Something that happens to one node between two draws; whatever its kind, only through what modules write with. */
export function happen(ctx: Ctx, random: Random): string {
  const node = nodeAt(random(nodes));
  const kinds = Object.keys(happenings);
  const kind = kinds[random(kinds.length)] ?? "";
  happenings[kind]?.(ctx, node, random);
  return kind;
}

const bondOf = (ctx: ReadCtx, node: Address): ReturnType<typeof findBond> =>
  findBond(ctx, service, node);

const happenings: Readonly<Record<string, (ctx: Ctx, node: Address, random: Random) => void>> = {
  bonded(ctx, node, random) {
    const [pattern] = [bondOf(ctx, nodeAt(0)) ?? bondOf(ctx, nodeAt(1))];
    if (pattern === undefined || bondOf(ctx, node) !== undefined) return;
    const { height, timeMs } = ctx.block;
    hold(ctx, service);
    addLife(ctx, node);
    saveBond(ctx, undefined, {
      ...pattern,
      ...{ node, operator: node, openSeats: 0, heldSlashes: 0, unbonding: [], missing: false },
      ...{ status: BondStatus.BOND_STATUS_ACTIVE, bondedHeight: height, jailedUntilMs: 0n },
      amount: (BigInt(1 + random(9)) * oneAssay) as Amount,
      committedUntilMs: timeMs + BigInt(random(200)) * 86_400_000n,
      activeFromEpoch: clock.epoch(ctx) + BigInt(random(2)),
    });
  },
  ended(ctx, node) {
    const bond = bondOf(ctx, node);
    if (bond === undefined || bond.openSeats > 0 || bond.heldSlashes > 0) return;
    // Bonds of the made-up genesis hold nothing, and the end of a bond gives a hold back.
    hold(ctx, service);
    saveBond(ctx, bond, { ...bond, amount: 0n as Amount, unbonding: [] });
  },
  stakeChanged(ctx, node, random) {
    const bond = bondOf(ctx, node);
    if (bond === undefined) return;
    saveBond(ctx, bond, withAmount(ctx, bond, BigInt(1 + random(60)) * (oneAssay / 10n)));
  },
  statusChanged(ctx, node, random) {
    const bond = bondOf(ctx, node);
    const { BOND_STATUS_ACTIVE, BOND_STATUS_JAILED, BOND_STATUS_LEAVING } = BondStatus;
    const all = [BOND_STATUS_ACTIVE, BOND_STATUS_ACTIVE, BOND_STATUS_JAILED, BOND_STATUS_LEAVING];
    const status = all[random(all.length)] ?? BOND_STATUS_ACTIVE;
    if (bond !== undefined) saveBond(ctx, bond, { ...bond, status });
  },
  committed(ctx, node, random) {
    const bond = bondOf(ctx, node);
    const committedUntilMs = ctx.block.timeMs + BigInt(random(200)) * 86_400_000n;
    if (bond !== undefined) saveBond(ctx, bond, { ...bond, committedUntilMs });
  },
  rolesChanged(ctx, node, random) {
    const bond = bondOf(ctx, node);
    const { ROLE_EXECUTOR, ROLE_VALIDATOR } = Role;
    const roles = [[ROLE_EXECUTOR], [ROLE_EXECUTOR, ROLE_VALIDATOR]][random(2)] ?? [];
    if (bond !== undefined) saveBond(ctx, bond, { ...bond, roles });
  },
  seatTaken(ctx, node) {
    if (bondOf(ctx, node) !== undefined) takeSeat(ctx, service, node);
  },
  seatFreed(ctx, node) {
    if ((bondOf(ctx, node)?.openSeats ?? 0) > 0) freeSeat(ctx, service, node);
  },
  slashHeld(ctx, node) {
    if (bondOf(ctx, node) !== undefined) holdSlash(ctx, service, node);
  },
  slashSettled(ctx, node) {
    if ((bondOf(ctx, node)?.heldSlashes ?? 0) > 0) settleSlash(ctx, service, node);
  },
  missed(ctx, node, random) {
    const bond = bondOf(ctx, node);
    if (bond !== undefined) saveBond(ctx, bond, { ...bond, missing: random(2) === 0 });
  },
  heard(ctx, node) {
    if (lives.get(ctx, node) !== undefined) heartbeat(ctx, node, clock.slot(ctx));
  },
  signLost(ctx, node) {
    if (lives.get(ctx, node) !== undefined) missSign(ctx, node);
  },
  instanceMoved(ctx, node, random) {
    const found = instances.get(ctx, [service, node]) ?? instances.get(ctx, [service, nodeAt(0)]);
    const to = versions[random(3)];
    if (to === undefined) instances.remove(ctx, [service, node]);
    else if (found !== undefined)
      instances.set(ctx, [service, node], {
        ...{ ...found, node, version: to, announcedHeight: ctx.block.height },
      });
  },
  /** No message does: a record's values at the epoch's start rest. Draws must not rely on it. */
  tallyRewritten(ctx, node, random) {
    const role = Role.ROLE_EXECUTOR;
    const record = incidents.get(ctx, [service, node]);
    const counter = counters.get(ctx, [[service, role, taskKey], node]);
    const before = { successesBefore: (one * BigInt(random(9))) as Dec };
    if (random(2) === 0 && record !== undefined)
      incidents.set(ctx, [service, node], { ...record, ...before, epoch: clock.epoch(ctx) });
    else if (counter !== undefined)
      counters.set(ctx, [[service, role, taskKey], node], {
        ...{ ...counter, ...before, epoch: clock.epoch(ctx) },
      });
  },
  succeeded: (ctx, node, random) => counted(ctx, node, random, "recordSuccess"),
  failed: (ctx, node, random) => counted(ctx, node, random, "recordFailure"),
  served: (ctx, node) => reputation.recordGoodSeat(ctx, { service, node }),
  faulted(ctx, node) {
    const fraction = (one / 10n) as Dec;
    reputation.recordContentFault(ctx, { service, node, fraction, amount: 5n as Amount });
  },
};

/** Half of the nodes get well, so that most tables are not empty: a world of accidents alone ends without candidates. */
export function recover(ctx: Ctx, random: Random): void {
  for (let i = 0; i < nodes; i++) {
    const node = nodeAt(i);
    if (random(2) === 0 || bondOf(ctx, node) === undefined) continue;
    heartbeat(ctx, node, clock.slot(ctx));
    while ((bondOf(ctx, node)?.openSeats ?? 0) > 0) freeSeat(ctx, service, node);
    while ((bondOf(ctx, node)?.heldSlashes ?? 0) > 0) settleSlash(ctx, service, node);
    const bond = bondOf(ctx, node);
    if (bond === undefined) continue;
    saveBond(ctx, bond, { ...bond, missing: false, status: BondStatus.BOND_STATUS_ACTIVE });
  }
}

function counted(
  ctx: Ctx,
  node: Address,
  random: Random,
  kind: "recordSuccess" | "recordFailure",
): void {
  const role = [Role.ROLE_EXECUTOR, Role.ROLE_VALIDATOR][random(2)] ?? Role.ROLE_EXECUTOR;
  const key = [taskKey, otherKey][random(2)] ?? taskKey;
  reputation[kind](ctx, { service, node, role, key, weight: one as Dec });
}

/** Every record of which what was written is remembered, as it is read and as its bytes decode. */
export function* rememberedRecords(ctx: ReadCtx): Generator<readonly [unknown, unknown]> {
  const fresh = (store: string, key: string): Uint8Array =>
    Uint8Array.from(ctx.store.get(store, key as StoreKey) ?? []);
  for (const [key, bond] of bonds.entries(ctx))
    yield [bond, Bond.decode(fresh("staking", bonds.place.prefix + bonds.key.encode(key, true)))];
  for (const map of [counters, incidents]) {
    const { place } = map;
    const end = prefixEnd(place.prefix);
    for (const [key, bytes] of ctx.store.range(place.store, place.prefix as StoreKey, end)) {
      const codec = map === counters ? Counter : Incidents;
      yield [map.value.decode(bytes), codec.decode(fresh(place.store, key))];
    }
  }
}

/** Something that concerns all nodes at once. */
export function govern(ctx: Ctx, random: Random): void {
  const changes = [
    (): void => {
      const params = stakingParams.get(ctx);
      stakingParams.set(ctx, { ...params, leaseSlots: 1 + random(3) });
    },
    (): void => {
      const params = reputationParams.get(ctx);
      reputationParams.set(ctx, { ...params, halfLifeMs: BigInt(1 + random(30)) * 86_400_000n });
    },
    (): void => {
      // Shorter only: the count of epochs never goes back.
      const { epochMs, slotMs } = clockParams.get(ctx);
      clockParams.set(ctx, {
        epochMs: (epochMs * BigInt(8 + random(3))) / 10n,
        slotMs: random(2) === 0 ? 600_000n : slotMs,
      });
    },
    (): void => {
      const key = [service, versions[random(2)] ?? version] as const;
      const found = releases.get(ctx, key);
      const { RELEASE_STATUS_ACTIVE, RELEASE_STATUS_YANKED } = ReleaseStatus;
      const status = random(6) === 0 ? RELEASE_STATUS_YANKED : RELEASE_STATUS_ACTIVE;
      if (found !== undefined) releases.set(ctx, key, { ...found, status });
    },
    (): void => {
      const key = [service, version] as const;
      const found = releases.get(ctx, key);
      const minBond = ((BigInt(1 + random(3)) * oneAssay) / 2n) as Amount;
      if (found === undefined) return;
      releases.set(ctx, key, { ...found, definition: { ...found.definition, minBond } });
    },
  ];
  changes[random(changes.length)]?.();
}
