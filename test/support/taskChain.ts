import assert from "node:assert/strict";
import { beginAfter, beginBefore, endOrder, modules } from "../../app/modules.ts";
import type { Address, ConsAddress, Hash, Height } from "../../core/brand.ts";
import { utf8Encode } from "../../core/bytes.ts";
import { inBranch, type Ctx } from "../../core/context.ts";
import { moduleAddress } from "../../core/crypto/address.ts";
import { taggedHash } from "../../core/crypto/hash.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import { TxError } from "../../core/errors.ts";
import type { Event } from "../../core/events.ts";
import { one } from "../../core/math/dec.ts";
import { amount } from "../../core/math/integers.ts";
import type { BlockUsage, ModuleDef } from "../../core/module.ts";
import * as auth from "../../modules/auth/index.ts";
import * as bank from "../../modules/bank/index.ts";
import * as beacon from "../../modules/beacon/index.ts";
import * as clock from "../../modules/clock/index.ts";
import * as registry from "../../modules/registry/index.ts";
import * as reputation from "../../modules/reputation/index.ts";
import * as staking from "../../modules/staking/index.ts";
import * as tasks from "../../modules/tasks/index.ts";
import { params as taskParams } from "../../modules/tasks/state.ts";
import * as beaconGenesis from "../../proto/gen/assay/beacon/v1/genesis.ts";
import * as clockGenesis from "../../proto/gen/assay/clock/v1/genesis.ts";
import * as registryGenesis from "../../proto/gen/assay/registry/v1/genesis.ts";
import { Definition } from "../../proto/gen/assay/registry/v1/registry.ts";
import { MsgAnnounceInstance } from "../../proto/gen/assay/registry/v1/tx.ts";
import * as reputationGenesis from "../../proto/gen/assay/reputation/v1/genesis.ts";
import { MsgUnbond } from "../../proto/gen/assay/staking/v1/tx.ts";
import * as stakingGenesis from "../../proto/gen/assay/staking/v1/genesis.ts";
import { genesisMs, testWorld, type TestWorld } from "./ctx.ts";
import { testKey, type TestKey } from "./keys.ts";
import { broken, initGenesis } from "./moduleCalls.ts";
import { codeOf, refusal } from "./refusal.ts";

export const denom = "uassay";
export const service = "echo-demo";
export const otherService = "other-demo";
export const version = "1.0.0";

export const chainModules = modules;

export type TaskChainOptions = {
  readonly nodes?: number;
  readonly proposers?: number;
  readonly params?: Partial<tasks.Params>;
  /** Stake of each node; the seat's base is 1,000,000. */
  readonly bond?: bigint;
  readonly capacity?: number;
  readonly compare?: registry.Compare;
  readonly commitBlocks?: number;
  readonly revealBlocks?: number;
  readonly perCall?: string;
  readonly authorShare?: bigint;
  readonly minValidators?: number;
  /** Stake of the first node on a second service, which has no release. */
  readonly otherStake?: bigint;
  /** Edits of each bond, by the number of its node. */
  readonly bonds?: (index: number) => object;
};

export type BlockOptions = {
  readonly proposer?: number;
  readonly full?: boolean;
  readonly advanceMs?: bigint;
};

export type Sent =
  | { readonly ok: true; readonly response: unknown; readonly events: readonly Event[] }
  | { readonly ok: false; readonly code: string; readonly log: string };

export type Message = { readonly typeUrl: string; readonly bytes: Uint8Array };

const roles = [registry.Role.ROLE_EXECUTOR, registry.Role.ROLE_VALIDATOR];
const bytes32 = (text: string): Uint8Array => sha256(utf8Encode(text));

/** The modules up to tasks over a Map store, block by block in the order of PROTOCOL 3, invariants after each. */
export class TaskChain {
  readonly world: TestWorld;
  readonly requester = testKey("requester");
  readonly author = testKey("author");
  readonly nodes: readonly TestKey[];
  readonly operators: readonly TestKey[];
  readonly proposers: number;
  height = 0n;
  timeMs = genesisMs;
  ctx: Ctx;
  /** Events of the last block, messages' included. */
  events: Event[] = [];
  alarms: string[] = [];
  /** Off while a test breaks state on purpose. */
  checks = true;

  constructor(options: TaskChainOptions = {}) {
    const { nodes = 5, proposers = 4 } = options;
    this.world = testWorld(chainModules);
    this.nodes = Array.from({ length: nodes }, (_, i) => testKey(`node ${i}`));
    this.operators = Array.from({ length: nodes }, (_, i) => testKey(`operator ${i}`));
    this.proposers = proposers;
    this.ctx = this.#at({});
    const states = this.#genesis(options);
    for (const module of chainModules) {
      const state = states[module.name];
      if (state !== undefined) initGenesis(module, this.ctx, state);
    }
    this.check();
  }

  /** A second chain from this one's export, at the same height. */
  reborn(): TaskChain {
    const copy = new TaskChain({ nodes: this.nodes.length, proposers: this.proposers });
    const world = testWorld(chainModules);
    // InitChain is at height 0, whatever height comes first.
    Object.assign(copy, { world, height: 0n, timeMs: this.timeMs });
    copy.ctx = copy.#at({});
    for (const module of chainModules) {
      const state = module.genesis?.export(this.ctx);
      if (state !== undefined) initGenesis(module, copy.ctx, roundTrip(module, state));
    }
    copy.height = this.height;
    copy.ctx = copy.#at({});
    copy.check();
    return copy;
  }

  #at({ proposer = Number(this.height) % this.proposers }: BlockOptions): Ctx {
    return this.world.at({
      height: this.height as Height,
      timeMs: this.timeMs,
      proposer: consAddress(proposer) as ConsAddress,
      lastAppHash: bytes32(`app hash ${this.height}`) as Hash,
    });
  }

  /** One block with these messages, each undone by itself when it throws. */
  block(messages: readonly Message[] = [], options: BlockOptions = {}): Sent[] {
    this.height += 1n;
    this.timeMs += options.advanceMs ?? 1_000n;
    const ctx = this.#at(options);
    this.ctx = ctx;
    for (const module of beginBefore) module.beginBlock?.(ctx);
    if (beacon.isDue(ctx))
      beacon.contribute(ctx, new Uint8Array(96).fill(Number(this.height % 251n)));
    for (const module of beginAfter) module.beginBlock?.(ctx);
    const sent = messages.map((message) => this.#deliver(ctx, message));
    const usage = usageOf(messages.length, options.full ?? false);
    for (const module of endOrder) module.endBlock?.(ctx, usage);
    this.events = [...ctx.events.events];
    this.alarms.push(...ctx.alarms);
    if (this.checks) this.check();
    return sent;
  }

  /** The code of a message that must refuse in the block of now; nothing is written and no event left. */
  refuse({ typeUrl, bytes }: Message): string {
    const msg = messageOf(typeUrl);
    return codeOf(
      refusal(this.world, this.ctx, (own) => {
        const request = msg.request.decode(bytes);
        msg.validate?.(request);
        return msg.handle(own, request);
      }),
    );
  }

  #deliver(ctx: Ctx, { typeUrl, bytes }: Message): Sent {
    const msg = messageOf(typeUrl);
    let events: readonly Event[] = [];
    try {
      const response = inBranch(ctx, (own) => {
        const request = msg.request.decode(bytes);
        msg.validate?.(request);
        const answer = msg.handle(own, request);
        events = own.events.events;
        return answer;
      });
      return { ok: true, response, events };
    } catch (error) {
      if (!(error instanceof TxError)) throw error;
      return { ok: false, code: `${error.codespace}/${error.code}`, log: error.message };
    }
  }

  blocks(count: number, options: BlockOptions = {}): void {
    for (let i = 0; i < count; i++) this.block([], options);
  }

  check(): void {
    const faults = chainModules.flatMap((module) => broken(module, this.ctx));
    assert.deepEqual(faults, [], `height ${this.height}`);
  }

  /** A block in which the node takes all of its stake out. */
  unbondAll(owner: Address): void {
    const typeUrl = "/assay.staking.v1.MsgUnbond";
    const fields = { owner, service, amount: "0" };
    const bytes = MsgUnbond.encode(MsgUnbond.fromPartial(fields)).finish();
    assert.deepEqual(codesOf(this.block([{ typeUrl, bytes }])), ["ok"]);
  }

  /** A block in which the node announces its instance anew. */
  announce(node: Address): void {
    const typeUrl = "/assay.registry.v1.MsgAnnounceInstance";
    const bytes = MsgAnnounceInstance.encode(
      MsgAnnounceInstance.fromPartial({ node, service, version }),
    ).finish();
    assert.deepEqual(codesOf(this.block([{ typeUrl, bytes }])), ["ok"]);
  }

  /** As after a miss in another task, which took nothing. */
  markMissing(node: Address): void {
    const faultId = bytes32(`miss ${this.height} ${node}`);
    const offence = { service, node, amount: amount(0n), faultHeight: this.height, faultId };
    inBranch(this.ctx, (own) => staking.miss(own, offence));
    assert.equal(this.bond(node)?.missing, true);
  }

  fund(address: Address, value: bigint): void {
    inBranch(this.ctx, (own) => {
      bank.mint(own, "community_pool", denom, amount(value));
      bank.fromModule(own, "community_pool", address, denom, amount(value));
    });
  }

  /** As a slash that waits for an appeal: nothing in this version holds one. */
  holdSlash(node: Address): void {
    inBranch(this.ctx, (own) => staking.holdSlash(own, service, node));
  }

  /** As a vote of governance would, between two blocks. */
  setParams(changes: Partial<tasks.Params>): void {
    taskParams.set(this.ctx, { ...tasks.params(this.ctx), ...changes });
  }

  balance(key: { readonly address: Address } | string): bigint {
    const address = typeof key === "string" ? moduleAddress(key) : key.address;
    return bank.balance(this.ctx, address, denom);
  }

  supply(): bigint {
    return bank.supply(this.ctx, denom);
  }

  bond(node: Address): staking.Bond | undefined {
    return staking.findBond(this.ctx, service, node);
  }

  task(id = 1n): tasks.Task {
    return tasks.wholeTask(this.ctx, tasks.requireTask(this.ctx, id as tasks.TaskId));
  }

  operatorOf(node: Address): TestKey {
    const index = this.nodes.findIndex(({ address }) => address === node);
    return this.operators[index] ?? assert.fail(`no node ${node}`);
  }

  eventsOf(type: string): Record<string, string>[] {
    return this.events
      .filter((event) => event.type === type)
      .map(({ attributes }) =>
        Object.fromEntries(attributes.map(({ key, value }) => [key, value])),
      );
  }

  #genesis(options: TaskChainOptions): Record<string, unknown> {
    const { bond = 2_000_000n, capacity = 8, otherStake = 0n } = options;
    const staked = bond * BigInt(this.nodes.length) + otherStake;
    const coins = (value: bigint): object => [{ denom, amount: value.toString() }];
    return {
      auth: { params: auth.defaultParams, accounts: [] },
      bank: {
        params: bank.defaultParams,
        balances: [
          { address: this.requester.address, coins: coins(1_000_000_000_000n) },
          { address: moduleAddress("staking"), coins: coins(staked) },
        ],
        supply: [],
        denomMetadata: [],
        sendEnabled: [],
      },
      clock: decoded(clock.clockModule, clockGenesis.GenesisState, {
        params: { epochMs: 2_000n, slotMs: 21_600_000n },
      }),
      beacon: decoded(beacon.beaconModule, beaconGenesis.GenesisState, {
        contributors: Array.from({ length: this.proposers }, (_, i) => ({
          consAddress: consAddress(i),
          pubkey: new Uint8Array(48).fill(i + 1),
          proofOfPossession: new Uint8Array(96).fill(i + 1),
          power: 10n,
        })),
      }),
      feegrant: { allowances: [] },
      registry: this.#registry(options),
      staking: decoded(staking.stakingModule, stakingGenesis.GenesisState, {
        params: {
          ...texts(staking.defaultParams),
          minBond: "1000000",
          minCommitmentMs: 60_000n,
        },
        bonds: [
          ...this.nodes.map((_, i) => ({
            ...this.#bond(i, service, bond, capacity),
            ...options.bonds?.(i),
          })),
          ...(otherStake > 0n ? [this.#bond(0, otherService, otherStake, 1)] : []),
        ],
        lives: this.nodes.map(({ address }, i) => ({
          node: address,
          ring: 1n,
          bonds: otherStake > 0n && i === 0 ? 2 : 1,
        })),
        book: {
          deposited: staked.toString(),
          slashed: "0",
          withdrawn: "0",
          penalties: "0",
        },
      }),
      reputation: decoded(reputation.reputationModule, reputationGenesis.GenesisState, {
        params: texts(reputation.defaultParams),
      }),
      tasks: {
        params: { ...tasks.defaultParams, ...options.params },
        tasks: [],
        digests: [],
        nextTaskId: 1n,
        selections: [],
        deadlines: [],
      },
    };
  }

  #bond(index: number, of: string, stake: bigint, capacity: number): object {
    return {
      node: this.nodes[index]?.address,
      service: of,
      operator: this.operators[index]?.address,
      roles,
      amount: stake.toString(),
      capacity,
      committedUntilMs: genesisMs + 1_000_000_000n,
      commitmentMs: 1_000_000_000n,
      status: 1,
      amountBefore: stake.toString(),
      slashedTotal: "0",
    };
  }

  #registry(options: TaskChainOptions): unknown {
    const definition = Definition.fromPartial({
      tasks: [
        {
          key: "echo",
          compare: options.compare ?? registry.Compare.COMPARE_EXACT,
          fields: options.compare === registry.Compare.COMPARE_FIELDS ? ["/answer"] : [],
          price: { perCall: options.perCall ?? "1000", perKib: "0" },
          maxInput: 1_024,
          maxOutput: 1_000_000,
          commitBlocks: options.commitBlocks ?? 40,
          revealBlocks: options.revealBlocks ?? 40,
          minValidators: options.minValidators ?? 0,
        },
      ],
      roles,
      minBond: "1000000",
      minCommitmentMs: 60_000n,
      authorShare: (options.authorShare ?? one / 10n).toString(),
    });
    const owner = this.author.address;
    const branded = registry.Definition.decode(Definition.encode(definition).finish());
    return decoded(registry.registryModule, registryGenesis.GenesisState, {
      params: texts(registry.defaultParams),
      users: [{ owner, username: "author" }],
      services: [
        { name: service, owner, latestVersion: version, releases: 1n },
        { name: otherService, owner },
      ],
      releases: [
        {
          service,
          version,
          definition,
          definitionHash: registry.definitionHash(branded),
          artifact: { sha256: bytes32("artifact"), size: 1n },
          signature: new Uint8Array(64),
          signingKey: this.author.publicKey,
          publisher: owner,
          status: registry.ReleaseStatus.RELEASE_STATUS_ACTIVE,
        },
      ],
      instances: this.nodes.map(({ address }) => ({ service, node: address, version })),
    });
  }
}

type Wire<T> = {
  encode(message: T): { finish(): Uint8Array };
  fromPartial(fields: object): T;
};

function decoded<T>(module: ModuleDef, wire: Wire<T>, fields: object): unknown {
  assert.ok(module.genesis !== undefined);
  return module.genesis.codec.decode(wire.encode(wire.fromPartial(fields)).finish());
}

/** Through the bytes of a genesis file. */
function roundTrip(module: ModuleDef, state: unknown): unknown {
  const codec = module.genesis?.codec ?? assert.fail(module.name);
  return codec.decode(codec.encode(state));
}

/** Amounts and fractions of parameters as their wire form has them; 64-bit integers stay. */
function texts(params: object): object {
  const wide = ["Ms", "Blocks", "MinBlocks"];
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === "bigint" && !wide.some((end) => name.endsWith(end))
        ? value.toString()
        : value,
    ]),
  );
}

export function messageOf(typeUrl: string): ModuleDef["msgs"][number] {
  const found = chainModules.flatMap(({ msgs }) => msgs).find((one) => one.typeUrl === typeUrl);
  return found ?? assert.fail(`message ${typeUrl}: expected it in a module`);
}

/** "ok" or the code, for comparing whole blocks of answers. */
export function codesOf(sent: readonly Sent[]): string[] {
  return sent.map((one) => (one.ok ? "ok" : one.code));
}

/** Statuses of the posts of each message. */
export function statusesOf(sent: readonly Sent[]): (readonly number[])[] {
  return sent.map((one) => {
    if (!one.ok) return assert.fail(`${one.code}: ${one.log}`);
    const { statuses, status } = one.response as { statuses?: number[]; status?: number };
    return statuses ?? [status ?? 0];
  });
}

export function consAddress(proposer: number): Uint8Array {
  return sha256(utf8Encode(`proposer ${proposer}`)).slice(0, 20);
}

function usageOf(txs: number, full: boolean): BlockUsage {
  return { txs, bytes: full ? 1_000n : 10n, maxBytes: 1_000n, gas: 0n, maxGas: undefined };
}

export function saltOf(node: string, task: bigint): Uint8Array {
  return taggedHash("test-salt", node, task);
}
