import { createHash } from "node:crypto";
import type { Address, Amount, Dec, Height } from "../../core/brand.ts";
import type { BlockInfo, Ctx } from "../../core/context.ts";
import { addressFromBytes } from "../../core/crypto/bech32.ts";
import { amount, sum } from "../../core/math/integers.ts";
import type { ModuleDef } from "../../core/module.ts";
import { clockModule } from "../../modules/clock/index.ts";
import {
  Compare,
  type Definition,
  definitionHash,
  registryModule,
  ReleaseStatus,
  Role,
} from "../../modules/registry/index.ts";
import * as registry from "../../modules/registry/index.ts";
import * as reputation from "../../modules/reputation/index.ts";
import { reputationModule } from "../../modules/reputation/index.ts";
import { type Bond, BondStatus, stakingModule } from "../../modules/staking/index.ts";
import * as staking from "../../modules/staking/index.ts";
import { genesisMs, testWorld } from "./ctx.ts";

/** One bonded node of a made-up service; what is left out is a healthy node's. */
export type NodeSeed = Partial<
  Pick<
    Bond,
    | "roles"
    | "capacity"
    | "committedUntilMs"
    | "activeFromEpoch"
    | "status"
    | "bondedHeight"
    | "openSeats"
    | "missing"
    | "heldSlashes"
    | "changedEpoch"
  >
> & {
  readonly node: Address;
  readonly amount?: bigint;
  readonly amountBefore?: bigint;
  /** Work done before: successes and failures of both roles on the task. */
  readonly successes?: bigint;
  readonly failures?: bigint;
  /** L. */
  readonly load?: bigint;
  /** Bits of signs of life, newest first; and the slot of the newest. */
  readonly ring?: bigint;
  readonly firstSlot?: bigint;
  readonly lastSlot?: bigint;
  /** undefined: none. */
  readonly version?: string | undefined;
  readonly announcedHeight?: bigint;
};

export const service = "weather";
export const version = "1.0.0";
export const taskKey = "now";
export const minBond = amount(1_000_000n);
export const epochMs = 3_600_000n;
export const oneAssay = 1_000_000n;

/** The i-th node, in no particular address order. */
export function nodeAt(i: number): Address {
  return addressFromBytes(createHash("sha256").update(`node ${i}`).digest().subarray(0, 20));
}

const owner = nodeAt(-1);
const definition: Definition = {
  tasks: [
    {
      key: taskKey,
      compare: Compare.COMPARE_EXACT,
      verifyTask: "",
      fields: [],
      price: { perCall: amount(100n), perKib: amount(0n) },
      maxInput: 1_000,
      maxOutput: 1_000,
      commitBlocks: 20,
      revealBlocks: 20,
      minValidators: 0,
      runtimeClass: "",
    },
  ],
  events: [],
  roles: [Role.ROLE_EXECUTOR, Role.ROLE_VALIDATOR],
  minBond,
  minCommitmentMs: 1_000n,
  authorShare: 0n as Dec,
};

const none = new Uint8Array();

function bondOf(seed: NodeSeed): Bond {
  const { node } = seed;
  return {
    ...{ node, service, operator: node },
    roles: seed.roles ?? [Role.ROLE_EXECUTOR, Role.ROLE_VALIDATOR],
    amount: amount(seed.amount ?? 100n * oneAssay),
    capacity: seed.capacity ?? 4,
    committedUntilMs: seed.committedUntilMs ?? genesisMs,
    commitmentMs: 1_000n,
    activeFromEpoch: seed.activeFromEpoch ?? 0n,
    status: seed.status ?? BondStatus.BOND_STATUS_ACTIVE,
    jailedUntilMs: 0n,
    tombstoned: false,
    encryptionKey: none,
    unbonding: [],
    bondedHeight: seed.bondedHeight ?? 0n,
    bondedMs: genesisMs,
    changedEpoch: seed.changedEpoch ?? 0n,
    amountBefore: amount(seed.amountBefore ?? seed.amount ?? 100n * oneAssay),
    openSeats: seed.openSeats ?? 0,
    missing: seed.missing ?? false,
    slashedTotal: amount(0n),
    heldSlashes: seed.heldSlashes ?? 0,
  };
}

function registryGenesis(seeds: readonly NodeSeed[], versions: readonly string[]): unknown {
  const named = seeds.map((seed) => ({ version, ...seed }));
  return {
    params: registry.defaultParams,
    users: [],
    services: [
      {
        ...{ name: service, owner, metadataHash: none, deposit: amount(0n) },
        ...{ registeredHeight: 0n, registeredMs: genesisMs, latestVersion: "" },
        ...{ releases: BigInt(versions.length), offeredTo: "" },
      },
    ],
    releases: versions.map((one) => ({
      ...{ service, version: one, definition, definitionHash: definitionHash(definition) },
      artifact: { sha256: new Uint8Array(32), size: 1n, mediaType: "text/plain", uri: "" },
      ...{ metadataHash: none, signature: none, signingKey: none, publisher: owner },
      ...{ status: ReleaseStatus.RELEASE_STATUS_ACTIVE, statusReason: "" },
      ...{ publishedHeight: 0n, publishedMs: genesisMs },
    })),
    instances: named.flatMap((seed) =>
      seed.version === undefined
        ? []
        : [
            {
              ...{ service, node: seed.node, version: seed.version, endpoint: "", envHash: none },
              ...{ announcedHeight: seed.announcedHeight ?? 0n, announcedMs: genesisMs },
              deposit: amount(0n),
            },
          ],
    ),
    commitments: [],
    retired: [],
  };
}

function stakingGenesis(seeds: readonly NodeSeed[]): unknown {
  const bonds = seeds.map(bondOf);
  return {
    params: staking.defaultParams,
    bonds,
    lives: seeds.map(({ node, ring = 1n, firstSlot = 0n, lastSlot = 0n }) => ({
      ...{ node, firstSlot, lastSlot, ring, spareHeartbeats: 0, bonds: 1 },
    })),
    book: {
      deposited: amount(sum(bonds.map((bond): Amount => bond.amount))),
      ...{ slashed: amount(0n), withdrawn: amount(0n), penalties: amount(0n) },
    },
    faults: [],
    tombstones: [],
    jails: [],
  };
}

function reputationGenesis(seeds: readonly NodeSeed[]): unknown {
  const worked = seeds.filter(
    ({ successes, failures, load }) => (successes ?? failures ?? load) !== undefined,
  );
  const tallies = (seed: NodeSeed, roles: bigint): object => ({
    ...{ node: seed.node, service, epoch: 0n },
    successes: roles * (seed.successes ?? 0n),
    failures: roles * (seed.failures ?? 0n),
    successesBefore: roles * (seed.successes ?? 0n),
    failuresBefore: roles * (seed.failures ?? 0n),
  });
  return {
    params: reputation.defaultParams,
    counters: worked.flatMap((seed) =>
      [Role.ROLE_EXECUTOR, Role.ROLE_VALIDATOR].map((role) => ({
        ...tallies(seed, 1n),
        ...{ role, key: taskKey },
      })),
    ),
    incidents: worked.map((seed) => ({
      ...tallies(seed, 2n),
      ...{ load: seed.load ?? 0n, loadBefore: seed.load ?? 0n, slashedTotal: 0n, count: 0n },
      ...{ lastHeight: 0n, recentMs: [], goodSeats: 0n },
    })),
  };
}

export type NodesWorld = {
  /** A block, of epoch 0 at height 100 unless it says otherwise. */
  at(block?: Partial<BlockInfo>): Ctx;
  /** The first block of an epoch. */
  atEpoch(epoch: bigint): Ctx;
  readonly store: ReturnType<typeof testWorld>["store"];
};

/** The real clock, registry, staking and reputation over a Map, with one service and these nodes. */
export function nodesWorld(seeds: readonly NodeSeed[], versions = [version]): NodesWorld {
  const world = testWorld([stakingModule, reputationModule]);
  const genesis = world.at({ height: 0n as Height });
  const init = (module: ModuleDef, state: unknown): void => module.genesis?.init(genesis, state);
  init(clockModule, { params: { epochMs, slotMs: 21_600_000n }, state: undefined });
  init(registryModule, registryGenesis(seeds, versions));
  init(stakingModule, stakingGenesis(seeds));
  init(reputationModule, reputationGenesis(seeds));
  const at = (block: Partial<BlockInfo> = {}): Ctx =>
    world.at({ height: 100n as Height, ...block });
  return {
    at,
    store: world.store,
    atEpoch: (epoch) => at({ timeMs: genesisMs + epoch * epochMs }),
  };
}
