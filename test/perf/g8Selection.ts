// G8: 10,000 bonded nodes, 100 draws of 1 + 10 (and 2 reserves) in one block, tables included.
import { createHash } from "node:crypto";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { branch } from "../../core/store/branch.ts";
import { netChanges } from "../../core/store/changes.ts";
import { Multistore } from "../../core/store/multistore.ts";
import { keyFromBytes } from "../../core/bytes.ts";
import { BlockTables } from "../../modules/selection/index.ts";
import { takeSeat } from "../../modules/staking/index.ts";
import { genesisMs } from "../support/ctx.ts";
import { report, spread } from "./harness.ts";
import { costsOf } from "./profile.ts";
import { nodeAt, nodesWorld, service, taskKey, version, type NodeSeed } from "../support/nodes.ts";

const draws = 100;
const decay = 10n ** 16n;

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

/** A committed store as the app holds it, with fresh value bytes: nothing is remembered of them. */
function committed(world: ReturnType<typeof nodesWorld>): Multistore {
  const names = ["clock", "registry", "staking", "reputation"];
  const store = new Multistore({ stores: names });
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

type Cost = { readonly wallMs: number; readonly cpuMs: number };

/** The draws of one block: wall time of the draws alone, CPU with what staking does to take the seats. */
function drawAll(ctx: Ctx): Cost {
  const tables = new BlockTables();
  const used = process.cpuUsage();
  let wallMs = 0;
  for (let i = 0; i < draws; i++) {
    const seed = createHash("sha256").update(`${ctx.block.height} ${i}`).digest();
    const request = { service, version, taskKey, seed, count: 10, reserves: 2 };
    const begun = performance.now();
    const { seats } = tables.draw(ctx, { ...request, notAfterHeight: ctx.block.height - 1n });
    wallMs += performance.now() - begun;
    if (seats?.picks.length !== 13) throw new Error("draw: expected 13 picks");
    for (const node of [seats.executor, ...seats.validators]) takeSeat(ctx, service, node);
  }
  return { wallMs, cpuMs: process.cpuUsage(used).user / 1_000 };
}

/** G8: the draws of one block over this many bonded nodes, tables included; cold is the first block after a start. */
export async function selection(nodes: number, rounds: number): Promise<void> {
  const world = nodesWorld(seedsOf(nodes));
  const store = committed(world);
  const contextAt = (height: bigint): Ctx => {
    const block = {
      height: height as ReadCtx["block"]["height"],
      timeMs: genesisMs + height * 1_000n,
    };
    return { ...world.at(block), store: branch(store.view()) };
  };
  const all: Cost[] = [];
  for (let round = 0; round <= rounds; round++) all.push(drawAll(contextAt(100n + BigInt(round))));
  const [cold, ...warm] = all;
  const params = { nodes, draws };
  const most = nodes > 10_000 ? 500 : 100;
  const times = spread(warm.map(({ wallMs }) => wallMs));
  const what = "draws of 1 + 10 + 2 in one block";
  report({
    id: "G8",
    what: `${what}, warm`,
    unit: "ms",
    value: times,
    params,
    bar: { asks: `<= ${most} ms`, holds: times[1] <= most },
  });
  report({ id: "G8", what: `${what}, cold`, unit: "ms", value: cold?.wallMs ?? NaN, params });
  await costsOf("G8", `draws over ${nodes} nodes`, () => {
    for (let round = 1; round <= 3; round++) drawAll(contextAt(1_000n + BigInt(round)));
  });
}
