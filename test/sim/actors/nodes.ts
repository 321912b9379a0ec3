import { compareAscii } from "../../../core/bytes.ts";
import * as clock from "../../../modules/clock/index.ts";
import { highestActiveRelease } from "../../../modules/registry/index.ts";
import { instances, services } from "../../../modules/registry/state.ts";
import { BondStatus, type Bond } from "../../../modules/staking/index.ts";
import { bonds, tombstones } from "../../../modules/staking/state.ts";
import * as registryWire from "../../../proto/gen/assay/registry/v1/tx.ts";
import * as wire from "../../../proto/gen/assay/staking/v1/tx.ts";
import type { Any } from "../../../proto/cosmos.ts";
import type { TestKey } from "../../support/keys.ts";
import type { World } from "../world.ts";
import { mainServices } from "./services.ts";

const type = (name: string): string => `/assay.staking.v1.${name}`;

export function bondOf(world: World, node: TestKey, service: string, amount = 3_000_000): Any {
  const index = world.cast.nodes.indexOf(node);
  return world.message(type("MsgBond"), wire.MsgBond, {
    owner: node.address,
    operator: (world.cast.operators[index] ?? node).address,
    service,
    roles: [1, 2],
    amount: String(amount),
    capacity: Math.min(8, Math.floor((4 * amount) / 1_028_000)),
    commitmentMs: 60_000n,
  });
}

export function announceOf(world: World, node: TestKey, service: string): Any | undefined {
  const release = highestActiveRelease(world.ctx, service);
  if (release === undefined) return undefined;
  return world.message("/assay.registry.v1.MsgAnnounceInstance", registryWire.MsgAnnounceInstance, {
    node: node.address,
    service,
    version: release.version,
  });
}

/** What keeps nodes in service, and what takes them out of it. */
export function actOnNodes(world: World): void {
  const { luck, cast } = world;
  for (const node of cast.nodes) {
    if (!luck.hits(45)) continue;
    const service = luck.hits(900) ? luck.pick(mainServices) : luck.pick(allServices(world));
    const bond = bonds.get(world.ctx, [service, node.address]);
    if (bond === undefined) join(world, node, service);
    else tend(world, node, bond);
  }
  for (const operator of new Set(cast.operators)) if (luck.hits(35)) beat(world, operator);
}

function allServices(world: World): string[] {
  return [...services.keys(world.ctx)];
}

function join(world: World, node: TestKey, service: string): void {
  const { luck, ctx } = world;
  if (tombstones.has(ctx, [service, node.address]) && luck.hits(950)) return;
  const amount = luck.pick([1_028_000, 2_000_000, 5_000_000, 1_000]);
  const announce = announceOf(world, node, service);
  const message = bondOf(world, node, service, amount);
  world.send(
    node,
    announce === undefined ? [message] : [message, announce],
    `join ${service} ${node.name}`,
  );
}

function tend(world: World, node: TestKey, bond: Bond): void {
  const { luck, ctx } = world;
  const { service } = bond;
  const owner = node.address;
  const operator = world.operatorOf(bond.operator) ?? node;
  const label = `tend ${service} ${node.name}`;
  if (bond.status === BondStatus.BOND_STATUS_JAILED) {
    const early = luck.hits(100) || bond.jailedUntilMs <= ctx.block.timeMs;
    const fields = { signer: operator.address, node: owner, service };
    if (early)
      world.send(operator, [world.message(type("MsgUnjail"), wire.MsgUnjail, fields)], label);
    return;
  }
  const instance = instances.get(ctx, [service, owner]);
  if (instance?.version !== highestActiveRelease(ctx, service)?.version && luck.hits(700)) {
    const announce = announceOf(world, node, service);
    if (announce !== undefined) world.send(node, [announce], label);
    return;
  }
  const roll = luck.below(100);
  if (roll < 12) {
    const fields = { owner, service, amount: luck.pick(["1000", "500000"]), capacity: 0 };
    world.send(node, [world.message(type("MsgAddBond"), wire.MsgAddBond, fields)], label);
  } else if (roll < 22) {
    const open = bond.openSeats > 0 ? "with open seats" : "at rest";
    world.tallies.add(`fault: node unbonds ${open}`);
    const fields = { owner, service, amount: luck.pick(["1000", "400000", "0"]) };
    world.send(node, [world.message(type("MsgUnbond"), wire.MsgUnbond, fields)], label);
  } else if (roll < 26) {
    const fields = { owner, service, commitmentMs: 120_000n };
    const message = world.message(type("MsgExtendCommitment"), wire.MsgExtendCommitment, fields);
    world.send(node, [message], label);
  } else if (roll < 30) {
    const other = luck.hits(500) ? node : luck.pick(world.cast.operators);
    const fields = { owner, service, operator: other.address };
    world.tallies.add("fault: operator replaced");
    world.send(node, [world.message(type("MsgSetOperator"), wire.MsgSetOperator, fields)], label);
  } else if (roll < 32) {
    const fields = { node: owner, service };
    const end = registryWire.MsgEndInstance;
    world.send(node, [world.message("/assay.registry.v1.MsgEndInstance", end, fields)], label);
  }
}

function beat(world: World, operator: TestKey): void {
  const { luck, ctx } = world;
  const nodes = [...bonds.by(ctx, "operator", operator.address)].map(([, node]) => node);
  const own = [...new Set(nodes)].sort(compareAscii);
  if (own.length === 0) return;
  const slot = clock.slot(ctx) + (luck.hits(100) ? BigInt(luck.between(0, 2)) : 0n);
  const fields = { operator: operator.address, nodes: own, slot };
  const message = world.message(type("MsgHeartbeat"), wire.MsgHeartbeat, fields);
  world.send(operator, [message], `beat ${operator.name}`);
}
