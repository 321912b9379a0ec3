import { balance } from "../../../modules/bank/index.ts";
import * as feegrants from "../../support/feegrants.ts";
import { groupOf, groupTx, type Group } from "../../support/aminoTx.ts";
import type { TestKey } from "../../support/keys.ts";
import type { World } from "../world.ts";

const groups = new WeakMap<World, readonly Group[]>();

/** Accounts of several keys, of users and of somebody without an account. */
function groupsOf(world: World): readonly Group[] {
  const { users, newcomers } = world.cast;
  const made = groups.get(world) ?? [groupOf(2, users.slice(0, 3)), groupOf(1, newcomers)];
  groups.set(world, made);
  return made;
}

function coinsOf(world: World, { address }: Group): bigint {
  return balance(world.ctx, address, "uassay");
}

/** Coins to an account of several keys, and from it when enough of them sign. */
export function actOnGroups(world: World): void {
  const { luck, cast } = world;
  if (!luck.hits(40)) return;
  const group = luck.pick(groupsOf(world));
  const user = luck.pick(cast.users);
  if (coinsOf(world, group) < 5_000n) {
    world.send(user, [feegrants.sendMsg(user, group, "20000")]);
    return;
  }
  const label = `group ${group.address}`;
  if (!world.isUnderWay(label)) world.sendSigned(paid(world, group, user), label, "group: paid");
}

/** Signed by one more than is needed now and then. */
function paid(world: World, group: Group, to: TestKey): Uint8Array {
  const { luck } = world;
  const needed = Number(group.key.value.threshold);
  const count = luck.between(needed, group.members.length);
  return signed(world, group, count, to);
}

function signed(world: World, group: Group, count: number, to: TestKey): Uint8Array {
  const places = world.luck.shuffled(group.members.map((_, i) => i)).slice(0, count);
  const by = places.toSorted((a, b) => a - b);
  const chain = { chainId: world.net.chainId, read: world.read };
  const options = { fee: world.luck.pick(["", "100uassay"]), gas: 2_000_000n };
  return groupTx(chain, group, by, [feegrants.sendMsg(group, to, "50")], options);
}

/** By too few of its keys, or by strangers in its name; for the end of a decided block. */
export function forgedOf(world: World): Uint8Array {
  const { luck, cast } = world;
  const [group] = groupsOf(world);
  const to = luck.pick(cast.users);
  if (group === undefined) return new Uint8Array();
  if (luck.hits(500)) {
    world.tallies.add("fault: too few keys of an account sign");
    return signed(world, group, Number(group.key.value.threshold) - 1, to);
  }
  world.tallies.add("fault: strangers sign for an account of several keys");
  const strangers = { ...group, members: group.members.map(() => cast.poor) };
  return signed(world, strangers, group.members.length, to);
}
