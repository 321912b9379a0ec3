// G8: 10,000 bonded nodes, 100 draws of 1 + 10 (and 2 reserves) in one block, tables included.
import { createHash } from "node:crypto";
import type { Address, Dec, Height } from "../../core/brand.ts";
import type { Ctx } from "../../core/context.ts";
import { one } from "../../core/math/dec.ts";
import { branch } from "../../core/store/branch.ts";
import { netChanges } from "../../core/store/changes.ts";
import type { Multistore } from "../../core/store/multistore.ts";
import { noteWork } from "../../modules/clock/index.ts";
import { Role } from "../../modules/registry/index.ts";
import { recordGoodSeat, recordSuccess } from "../../modules/reputation/index.ts";
import { BlockTables } from "../../modules/selection/index.ts";
import { freeSeat, takeSeat } from "../../modules/staking/index.ts";
import { genesisMs } from "../support/ctx.ts";
import { committedWorld } from "../support/drawWorld.ts";
import { report, spread } from "./harness.ts";
import { costsOf } from "./profile.ts";
import {
  epochMs,
  nodeAt,
  nodesWorld,
  service,
  taskKey,
  version,
  type NodeSeed,
} from "../support/nodes.ts";

const draws = 100;
const decay = 10n ** 16n;
/** As the app keeps them. */
const keptVersions = 100;

const seedsOf = (nodes: number): NodeSeed[] =>
  Array.from({ length: nodes }, (_, i) => ({
    node: nodeAt(i),
    amount: 1_000_000n + BigInt((i * 7_919) % 1_000_000_000),
    capacity: 4,
    committedUntilMs: genesisMs + BigInt(i % 200) * 86_400_000n,
    successes: BigInt(i % 5_000) * decay,
    failures: BigInt(i % 70) * decay,
    load: BigInt(i % 30) * decay,
  }));

type Cost = { readonly wallMs: number; readonly cpuMs: number };
type Seat = { readonly node: Address; readonly role: Role };

/** Blocks from a draw to the end of its task: seats are freed then, and the work is counted. */
const taskBlocks = 4;

/** A chain of nothing but draws: each block commits the seats that it took and those that it freed. */
export class DrawingChain {
  readonly #world: ReturnType<typeof nodesWorld>;
  readonly #store: Multistore;
  readonly #open: Seat[][] = [];
  #timeMs = genesisMs;

  constructor(nodes: number) {
    this.#world = nodesWorld(seedsOf(nodes));
    this.#store = committedWorld(this.#world, keptVersions);
  }

  /** Wall and CPU time of all that the draws cost, their tables included. */
  block(stepMs = 1_000n): Cost {
    this.#timeMs += stepMs;
    const height = (this.#store.version + 1n) as Height;
    const written = branch(this.#store.view());
    const ctx = { ...this.#world.at({ height, timeMs: this.#timeMs }), store: written };
    const { cost, seats } = drawAll(ctx);
    this.#open.push(seats);
    if (this.#open.length > taskBlocks)
      for (const seat of this.#open.shift() ?? []) serve(ctx, seat);
    noteWork(ctx);
    this.#store.stage(height, netChanges(this.#store.view(), written.dirty()));
    this.#store.commit();
    return cost;
  }

  /** The first block of the next epoch. */
  epochBlock(): Cost {
    const into = (this.#timeMs - genesisMs) % epochMs;
    return this.block(epochMs - into);
  }
}

/** The end of a seat whose work was good. */
function serve(ctx: Ctx, { node, role }: Seat): void {
  freeSeat(ctx, service, node);
  recordGoodSeat(ctx, { node, service });
  recordSuccess(ctx, { node, service, role, key: taskKey, weight: one as Dec });
}

function drawAll(ctx: Ctx): { readonly cost: Cost; readonly seats: Seat[] } {
  const tables = new BlockTables();
  const taken: Seat[] = [];
  let wallMs = 0;
  let cpuMs = 0;
  for (let i = 0; i < draws; i++) {
    const seed = createHash("sha256").update(`${ctx.block.height} ${i}`).digest();
    const request = { service, version, taskKey, seed, count: 10, reserves: 2 };
    const used = process.cpuUsage();
    const begun = performance.now();
    const { seats } = tables.draw(ctx, { ...request, notAfterHeight: ctx.block.height - 1n });
    wallMs += performance.now() - begun;
    const { user, system } = process.cpuUsage(used);
    cpuMs += (user + system) / 1_000;
    if (seats?.picks.length !== 13) throw new Error("draw: expected 13 picks");
    taken.push({ node: seats.executor, role: Role.ROLE_EXECUTOR });
    for (const node of seats.validators) taken.push({ node, role: Role.ROLE_VALIDATOR });
    for (const { node } of taken.slice(-11)) takeSeat(ctx, service, node);
  }
  return { cost: { wallMs, cpuMs }, seats: taken };
}

const what = "draws of 1 + 10 + 2 in one block";

/**
 * G8: the draws of one block over this many bonded nodes, tables included, while seats are taken and freed. Cold is the
 * first block after a start; the first block of an epoch works out all factors anew.
 */
export async function selection(nodes: number, rounds: number): Promise<void> {
  const chain = new DrawingChain(nodes);
  const params = { nodes, draws };
  const cold = chain.block();
  // Until as many seats are freed as taken, and V8 has compiled what runs in every block.
  for (let i = 0; i < 3 * taskBlocks; i++) chain.block();
  const warm = Array.from({ length: rounds }, () => chain.block());
  const epochs = Array.from({ length: 3 }, () => {
    const first = chain.epochBlock();
    chain.block();
    return first;
  });
  const row = (kind: string, costs: readonly Cost[]): void => {
    const wall = spread(costs.map(({ wallMs }) => wallMs));
    const most = nodes > 10_000 ? 500 : 100;
    const bar =
      kind === "warm"
        ? { bar: { asks: `<= ${most} ms`, holds: wall[1] <= most } }
        : { beside: true as const };
    const cpuMs = Math.round(spread(costs.map((cost) => cost.cpuMs))[1]);
    const value = costs.length === 1 ? wall[1] : wall;
    report({
      ...{ id: "G8", what: `${what}, ${kind}`, unit: "ms", value, params: { ...params, cpuMs } },
      ...(costs.length === 1 ? {} : { rounds: costs.length }),
      ...bar,
    });
  };
  row("warm", warm);
  row("first of an epoch", epochs);
  row("cold", [cold]);
  await costsOf("G8", `draws over ${nodes} nodes`, () => {
    for (let round = 1; round <= 10; round++) chain.block();
  });
}
