import assert from "node:assert/strict";
import * as clock from "../../modules/clock/index.ts";
import { expiries } from "../../modules/feegrant/state.ts";
import { commitments } from "../../modules/registry/state.ts";
import { bonds, forgetting } from "../../modules/staking/state.ts";
import { findTask } from "../../modules/tasks/index.ts";
import { openSeatCount, openSeats, tasks } from "../../modules/tasks/state.ts";
import { deepOf } from "./actors/deep.ts";
import { actOnGrants, misuseOf } from "./actors/grants.ts";
import { actOnGroups, forgedOf } from "./actors/groups.ts";
import { actOnNodes, announceOf, bondOf } from "./actors/nodes.ts";
import { actOnTransfers, junkOf } from "./actors/payers.ts";
import { actOnRequests } from "./actors/requesters.ts";
import { actOnSeats } from "./actors/seats.ts";
import {
  actOnServices,
  commitNameOf,
  mainServices,
  publishOf,
  registerOf,
} from "./actors/services.ts";
import { Checks } from "./checks.ts";
import { Luck } from "./luck.ts";
import { SimNetwork, type NetworkOptions } from "./network.ts";
import type { Habits } from "./replica.ts";
import { castOf, genesisMs, settingOf } from "./setting.ts";
import { Tallies } from "./tallies.ts";
import { statusName } from "./words.ts";
import { World } from "./world.ts";

/** The replicas of a run: they share nothing but the blocks. */
export const habits: readonly Habits[] = [
  { name: "plain", checks: true, votes: true },
  { name: "asked a lot", votes: true, queries: 100 },
  { name: "cold", restarts: 150, crashes: 30, votes: true },
  { name: "late", stalls: 30, rejoins: 15, checks: true },
];

export const diskHabits: Habits = {
  name: "disk",
  disk: true,
  restarts: 12,
  crashes: 4,
  votes: true,
};

export type SimOptions = {
  readonly seed: number;
  readonly blocks: number;
  /** One replica keeps its state on disk: slower, so not in every run. */
  readonly disk?: boolean;
  readonly record?: NetworkOptions["record"];
};

export type SimFacts = {
  readonly seed: number;
  readonly blocks: number;
  readonly replicas: number;
  readonly tallies: Tallies;
};

/** How long a heal may take: every window three times its length for each attempt, one after the other. */
const healBlocks = 600;

/** A run from one seed: the same seed finds the same. Throws at the first thing that is wrong. */
export class Simulation {
  readonly tallies = new Tallies();
  readonly luck: Luck;
  readonly net: SimNetwork;
  readonly world: World;
  readonly checks: Checks;
  readonly #options: SimOptions;
  /** Blocks until the mood of the traffic changes. */
  #spell = { left: 0, requests: 0, transfers: 0, advance: 1_000n };

  constructor(options: SimOptions) {
    this.#options = options;
    this.luck = new Luck(options.seed);
    const cast = castOf(this.luck);
    const chainId = `assay-sim-${options.seed}`;
    const setting = settingOf(chainId, cast, this.luck);
    const { record } = options;
    this.net = new SimNetwork(
      {
        ...{ chainId, genesisMs, ...setting },
        habits: options.disk === true ? [...habits, diskHabits] : habits,
        ...(record === undefined ? {} : { record }),
      },
      this.luck,
      this.tallies,
    );
    this.world = new World(this.net, cast, this.luck, this.tallies, options.seed);
    this.checks = new Checks(this.world);
  }

  get facts(): SimFacts {
    const { seed } = this.#options;
    const replicas = this.net.replicas.length;
    return { seed, blocks: Number(this.net.height), replicas, tallies: this.tallies };
  }

  async run(): Promise<SimFacts> {
    try {
      await this.#prepare();
      while (this.net.height < this.#options.blocks) await this.#hostileBlock();
      await this.#heal();
      return this.facts;
    } finally {
      await this.net.stop();
    }
  }

  async #block(advanceMs: bigint, extra: readonly Uint8Array[] = []): Promise<void> {
    const block = await this.net.next(advanceMs, extra);
    this.world.refresh();
    this.checks.after(block);
  }

  /** Services, releases and the first bonds, before anything goes wrong. */
  async #prepare(): Promise<void> {
    const { world, net } = this;
    net.hostile = false;
    await this.#block(1_000n);
    const author = world.cast.authors[0] ?? assert.fail("expected an author");
    const names = [[1, "first-author"], ...mainServices.map((name) => [2, name] as const)] as const;
    for (const [kind, name] of names) {
      world.send(author, [commitNameOf(world, author, kind, name)]);
      await this.#block(1_000n);
      world.send(author, [registerOf(world, author, kind, name)]);
      await this.#block(1_000n);
    }
    for (const service of mainServices)
      world.send(author, [publishOf(world, author, service, "1.0.0")]);
    await this.#block(1_000n);
    for (const node of world.cast.nodes) {
      for (const service of mainServices) {
        const announce = announceOf(world, node, service);
        if (announce !== undefined) world.send(node, [bondOf(world, node, service), announce]);
      }
    }
    while (net.mempool.length > 0) await this.#block(1_000n);
    await this.#block(10_000n);
    assert.equal([...bonds.keys(net.ctx)].length, 2 * world.cast.nodes.length);
    net.hostile = true;
  }

  #nextSpell(): void {
    const { luck, net, tallies } = this;
    const kind = luck.below(12);
    const left = luck.between(5, 60);
    this.#spell = { left, requests: 150, transfers: 100, advance: 1_000n };
    if (kind === 0) {
      tallies.add("fault: idle gap");
      this.#spell = { ...this.#spell, requests: 0, transfers: 0 };
    } else if (kind === 1) {
      tallies.add("fault: block time frozen");
      this.#spell = { ...this.#spell, advance: 1n };
    } else if (kind === 2) {
      tallies.add("fault: mempool flood");
      this.#spell = { ...this.#spell, left: luck.between(2, 5), transfers: 1_000, requests: 600 };
    } else if (kind <= 5 && net.proposers.length > 2) {
      tallies.add("fault: few proposers heard");
      const heard = luck.shuffled(net.proposers.map((_, i) => i)).slice(0, luck.between(1, 2));
      net.silenceProposers(heard, BigInt(luck.between(10, 60)));
    }
  }

  #advance(): bigint {
    const { luck, tallies } = this;
    if (luck.hits(12)) {
      tallies.add("fault: block time jumps");
      return luck.pick([30_000n, 150_000n, 3_600_000n, 40n * 86_400_000n]);
    }
    return this.#spell.advance;
  }

  async #hostileBlock(): Promise<void> {
    const { world, luck } = this;
    if (this.#spell.left <= 0) this.#nextSpell();
    this.#spell.left -= 1;
    const { requests, transfers } = this.#spell;
    if (requests + transfers > 0) {
      actOnServices(world);
      actOnNodes(world);
      actOnGrants(world);
      actOnGroups(world);
      actOnRequests(world, requests);
      const eager = transfers >= 1_000 ? 25 : 1;
      for (let i = 0; i < eager; i++) actOnTransfers(world, transfers);
    }
    actOnSeats(world);
    const junk = luck.hits(60) ? junkOf(world) : [];
    if (luck.hits(15)) junk.push(world.mustFail(forgedOf(world)));
    if (luck.hits(25)) junk.push(world.mustFail(deepOf(world)));
    await this.#block(this.#advance(), [...junk, ...misuseOf(world)]);
  }

  /** Faults end and nobody asks any more: everything comes to its end (THREATS 7.2, T1). */
  async #heal(): Promise<void> {
    const { net, world } = this;
    net.hostile = false;
    net.hearAll();
    let blocks = 0;
    while (net.mempool.length > 0 || clock.openWindows(net.ctx) > 0n) {
      actOnSeats(world);
      await this.#block(1_000n);
      blocks += 1;
      assert.ok(blocks <= healBlocks, `expected rest within ${healBlocks} blocks: ${this.#open()}`);
    }
    // What waits for block time comes with the first blocks after it.
    for (let i = 0; i < 60 && this.#waitsForTime(); i++) await this.#block(8n * 86_400_000n);
    net.catchUpAll();
    const { ctx } = net;
    assert.equal(this.#open(), "");
    assert.ok(!this.#waitsForTime(), "expected no unbonding, commitment, grant or fault id left");
    assert.equal([...openSeats.keys(ctx)].length, 0);
    assert.equal(openSeatCount.find(ctx)?.seats ?? 0n, 0n);
    const { appHash } = net;
    for (let i = 0; i < 3; i++) await this.#block(1_000n);
    net.catchUpAll();
    assert.deepEqual(net.appHash, appHash, "expected silence");
    for (const { app, habits: own } of net.replicas) {
      const info = app.info({ version: "", blockVersion: 0n, p2pVersion: 0n, abciVersion: "" });
      assert.deepEqual(info.lastBlockAppHash, net.appHash, own.name);
    }
    this.tallies.add("healed");
  }

  #open(): string {
    const { ctx } = this.net;
    return [...tasks.values(ctx)]
      .filter(({ finishedHeight }) => finishedHeight === 0n)
      .map(({ id }) => `task ${id} ${statusName(findTask(ctx, id)?.status ?? 0)}`)
      .join(", ");
  }

  #waitsForTime(): boolean {
    const { ctx } = this.net;
    const unbonding = [...bonds.values(ctx)].some((bond) => bond.unbonding.length > 0);
    const named = [...commitments.keys(ctx)].length > 0;
    const granted = [...expiries.keys(ctx)].length > 0;
    return unbonding || named || granted || [...forgetting.keys(ctx)].length > 0;
  }
}
