import type { Address } from "../../../../core/brand.ts";
import { amount } from "../../../../core/math/integers.ts";
import * as staking from "../../../../modules/staking/index.ts";
import type { TestKey } from "../../../support/keys.ts";
import { publishEcho } from "../registry/fixtures.ts";
import { chain, person, type Chain, type Fields } from "../registry/world.ts";

export const name = "echo-demo";
export const day = 86_400_000n;
export const slotMs = 21_600_000n;
export const epochMs = 3_600_000n;
export const stake = 100_000_000n;

/** A chain with one service, its author, and a node's owner and operator that have not bonded yet. */
export type StakingWorld = {
  readonly on: Chain;
  readonly author: TestKey;
  readonly node: TestKey;
  readonly operator: TestKey;
};

export function stakingWorld(params: Partial<staking.Params> = {}): StakingWorld {
  const on = chain({ staking: params });
  const [author, node, operator] = [
    person(on, "alice"),
    person(on, "node"),
    person(on, "operator"),
  ];
  publishEcho(on, author);
  return { on, author, node, operator };
}

export function bondMsg(
  { node, operator }: StakingWorld,
  changes: Partial<Fields<"MsgBond">> = {},
): Fields<"MsgBond"> {
  return {
    owner: node.address,
    operator: operator.address,
    service: name,
    roles: [1, 2],
    amount: stake.toString(),
    capacity: 4,
    commitmentMs: day,
    encryptionKey: new Uint8Array(),
    ...changes,
  };
}

/** The same with a bond of 100 ASSAY. */
export function bondedWorld(params: Partial<staking.Params> = {}): StakingWorld {
  const world = stakingWorld(params);
  world.on.send("MsgBond", bondMsg(world));
  return world;
}

export function bondOf({ on }: Pick<StakingWorld, "on">, node: TestKey | Address): staking.Bond {
  const address = typeof node === "string" ? node : node.address;
  const bond = staking.findBond(on.ctx, name, address);
  if (bond === undefined) throw new Error(`no bond of ${address}`);
  return bond;
}

const faultId = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

/** A slash as the module of tasks would order it. */
export function slash(
  { on, node }: StakingWorld,
  value: bigint,
  of: { id?: number; height?: bigint; bounty?: { to: Address; share: bigint } } = {},
): bigint {
  const { id = 1, height = on.height, bounty } = of;
  return on.run((own) =>
    staking.slash(own, {
      service: name,
      node: node.address,
      amount: amount(value),
      faultHeight: height,
      faultId: faultId(id),
      reason: "output disproved",
      ...(bounty === undefined
        ? {}
        : { bounty: { to: bounty.to, share: bounty.share as staking.Params["slashToPool"] } }),
    }),
  );
}

export function miss({ on, node }: StakingWorld, value: bigint, id = 1): bigint {
  return on.run((own) =>
    staking.miss(own, {
      service: name,
      node: node.address,
      amount: amount(value),
      faultHeight: on.height,
      faultId: faultId(id),
    }),
  );
}
