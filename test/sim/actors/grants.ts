import { moduleAddress } from "../../../core/crypto/address.ts";
import { expiries, grants } from "../../../modules/feegrant/state.ts";
import { MsgMultiSend, MsgPruneAllowances, type Any } from "../../../proto/cosmos.ts";
import * as feegrants from "../../support/feegrants.ts";
import type { TestKey } from "../../support/keys.ts";
import { heldOf } from "../grants.ts";
import type { World } from "../world.ts";

const pruneType = "/cosmos.feegrant.v1beta1.MsgPruneAllowances";
const posts = ["MsgCommit", "MsgReveal", "MsgSubmitResult"].map(
  (name) => `/assay.tasks.v1.${name}`,
);

type Parties = { readonly granter: TestKey; readonly grantee: TestKey };

/** Grants and what is done under them; every other actor spends under the grants that it has, too (World.send). */
export function actOnGrants(world: World): void {
  const { luck } = world;
  if (luck.hits(70)) grant(world);
  if (luck.hits(110)) spend(world);
  if (luck.hits(10)) revoke(world);
  if (luck.hits(4)) {
    const pruner = luck.pick(world.cast.users);
    world.send(pruner, [pruneOf(world, pruner)]);
  }
}

function granterOf(world: World): TestKey {
  const { authors, requesters, users, poor } = world.cast;
  return world.luck.pick([...authors, ...requesters, ...users, poor]);
}

function granteeOf(world: World): TestKey {
  const { users, poor, operators, newcomers } = world.cast;
  return world.luck.pick([world.luck.pick(operators), poor, ...users, ...newcomers]);
}

function grant(world: World): void {
  const [granter, grantee] = [granterOf(world), granteeOf(world)];
  world.send(granter, [feegrants.grantTo(granter, grantee, allowanceOf(world))]);
}

function allowanceOf(world: World): Any {
  const { luck, ctx } = world;
  const now = ctx.block.timeMs;
  const expirationMs = luck.hits(200)
    ? undefined
    : now + luck.pick([2_000n, 5_000n, 20_000n, 120_000n, 20n * 86_400_000n]);
  const limit = luck.pick(["", "2uassay", "2000uassay", "4000uassay", "50000uassay"]);
  const plain = luck.hits(500)
    ? feegrants.basic(limit, expirationMs)
    : feegrants.periodic({
        ...{ limit, seconds: luck.pick([0n, 1n, 5n, 60n]) },
        ...(expirationMs === undefined ? {} : { expirationMs }),
        perPeriod: luck.pick(["1uassay", "2000uassay", "3000uassay"]),
        canSpend: luck.pick(["", "2000uassay"]),
        resetMs: luck.pick([0n, now, now + 10_000n]),
      });
  return luck.hits(400) ? feegrants.only([feegrants.sendType, pruneType, ...posts], plain) : plain;
}

/** One of the grants that are stored, of parties that this world has the keys of. */
function anyGrant(world: World): Parties | undefined {
  const all = [...grants.keys(world.ctx)];
  if (all.length === 0) return undefined;
  return partiesOf(world, world.luck.pick(all));
}

function partiesOf(
  world: World,
  [grantee, granter]: readonly [grantee: string, granter: string],
): Parties | undefined {
  const [one, other] = [granter, grantee].map((address) => world.operatorOf(address));
  return one === undefined || other === undefined ? undefined : { granter: one, grantee: other };
}

const pruneOf = (world: World, { address }: TestKey): Any =>
  world.message(pruneType, MsgPruneAllowances, { pruner: address });

/** A newcomer has no coins to send: its message fails or needs none, and its fee is paid all the same. */
function spend(world: World): void {
  const { luck } = world;
  const parties = anyGrant(world);
  if (parties === undefined) return;
  const { granter, grantee } = parties;
  const message = luck.hits(500)
    ? feegrants.sendMsg(grantee, granter, "1")
    : pruneOf(world, grantee);
  const fee = luck.pick(["", "1uassay", "700uassay", "2000uassay"]);
  world.send(grantee, [message], "", { granter: granter.address, fee });
}

function revoke(world: World): void {
  const parties = anyGrant(world);
  if (parties === undefined) return;
  const { granter, grantee } = parties;
  world.send(granter, [feegrants.revokeFrom(granter, grantee)]);
}

/** What no mempool would take, for the end of a decided block: what comes of it is the model's to say (Grants). */
export function misuseOf(world: World): Uint8Array[] {
  const { luck } = world;
  const late = luck.hits(400) ? lateOf(world) : undefined;
  if (late !== undefined) return [late];
  if (!luck.hits(80)) return [];
  if (luck.hits(300)) return [world.mustFail(neverGranted(world))];
  const parties = anyGrant(world);
  if (parties === undefined) return [];
  const { granter, grantee } = parties;
  const send = feegrants.sendMsg(grantee, granter, "1");
  const under = (own: Parties, message: Any, fee: string): Uint8Array[] => [
    world.sign(own.grantee, [message], { granter: own.granter.address, fee }),
  ];
  const name = (what: string): void => world.tallies.add(`fault: fee ${what}`);
  switch (luck.below(3)) {
    case 0: {
      const { allowance } = grants.get(world.ctx, [grantee.address, granter.address]) ?? {};
      const held = allowance === undefined ? undefined : heldOf(allowance);
      const most = held?.left ?? held?.period?.canSpend ?? 1_000_000n;
      name("over what is left of its grant");
      return under(parties, send, `${most + 1n}uassay`);
    }
    case 1: {
      const coins = [{ denom: "uassay", amount: "1" }];
      const inputs = [{ address: grantee.address, coins }];
      const outputs = [{ address: granter.address, coins }];
      const fields = { inputs, outputs };
      name("for a message beside its grant's");
      return under(
        parties,
        world.message("/cosmos.bank.v1beta1.MsgMultiSend", MsgMultiSend, fields),
        "1uassay",
      );
    }
    default: {
      const other = granterOf(world);
      if (other === grantee) return [];
      name("of somebody who need not have granted");
      return under({ granter: other, grantee }, send, "1uassay");
    }
  }
}

/** The next block ends this grant; its time is over when the transactions come. */
function lateOf(world: World): Uint8Array | undefined {
  const [next] = expiries.keys(world.ctx);
  if (next === undefined || next[0] >= world.ctx.block.timeMs + 1_000n) return undefined;
  const own = partiesOf(world, next[1]);
  if (own === undefined) return undefined;
  world.tallies.add("fault: fee of a grant whose time is over");
  const { grantee, granter } = own;
  const options = { granter: granter.address, fee: "1uassay" };
  return world.sign(grantee, [pruneOf(world, grantee)], options);
}

/** Grants that nobody can make. */
function neverGranted(world: World): Uint8Array {
  const { luck } = world;
  const [granter, grantee] = luck.shuffled(world.cast.users);
  const [from, to] = [granter ?? world.cast.poor, grantee ?? world.cast.poor];
  const basic = feegrants.basic("5uassay");
  const name = (what: string): void => world.tallies.add(`fault: grant ${what}`);
  const of = (holder: Pick<TestKey, "address">, allowance: Any): Uint8Array =>
    world.sign(from, [feegrants.grantTo(from, holder, allowance)]);
  switch (luck.below(5)) {
    case 0:
      name("to oneself");
      return of(from, basic);
    case 1:
      name("that is over before it begins");
      return of(to, feegrants.basic("5uassay", world.ctx.block.timeMs - 1n));
    case 2: {
      name("inside grants");
      const once = feegrants.only([feegrants.sendType], basic);
      return of(to, feegrants.only([feegrants.sendType], once));
    }
    case 3:
      name("of nothing");
      return of(to, feegrants.basic("0uassay"));
    default:
      name("to a module account");
      return of({ address: moduleAddress("tasks") }, basic);
  }
}
