import assert from "node:assert/strict";
import { verifySecp256k1 } from "../../../../app/crypto/secp256k1.ts";
import type { Address, Height } from "../../../../core/brand.ts";
import { inBranch, type Ctx } from "../../../../core/context.ts";
import type { Event } from "../../../../core/events.ts";
import { amount } from "../../../../core/math/integers.ts";
import type { ModuleDef } from "../../../../core/module.ts";
import * as auth from "../../../../modules/auth/index.ts";
import * as bank from "../../../../modules/bank/index.ts";
import * as clock from "../../../../modules/clock/index.ts";
import * as registry from "../../../../modules/registry/index.ts";
import * as staking from "../../../../modules/staking/index.ts";
import * as registryTx from "../../../../proto/gen/assay/registry/v1/tx.ts";
import * as stakingTx from "../../../../proto/gen/assay/staking/v1/tx.ts";
import { genesisMs, testWorld, type TestWorld } from "../../../support/ctx.ts";
import { testKey, type TestKey } from "../../../support/keys.ts";
import { ask, broken, initGenesis } from "../../../support/moduleCalls.ts";
import { codeOf, refusal } from "../../../support/refusal.ts";

export const denom = "uassay";
export const modules: readonly ModuleDef[] = [
  auth.authModule,
  bank.bankModule,
  clock.clockModule,
  registry.registryModule,
  staking.stakingModule,
];

type Wire<T> = {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
  fromPartial(fields: object): T;
};
type Named<N, K extends string> = { readonly [P in K & keyof N]: N[P] };
type MessageName<N> = Extract<
  {
    [K in keyof N]: K extends `Msg${string}`
      ? `${K & string}Response` extends keyof N
        ? K
        : never
      : never;
  }[keyof N],
  string
>;
type Tx = Named<typeof registryTx, MessageName<typeof registryTx>> &
  Named<typeof stakingTx, MessageName<typeof stakingTx>>;
export type Fields<N extends keyof Tx> = Tx[N] extends { fromPartial(fields: infer F): unknown }
  ? F
  : never;

/** A chain of the modules up to staking, over a Map store: blocks of messages, one context a block. */
export type Chain = ReturnType<typeof chain>;

export function chain(
  params: { registry?: Partial<registry.Params>; staking?: Partial<staking.Params> } = {},
) {
  const world: TestWorld = testWorld(modules);
  let height = 0n;
  let timeMs = genesisMs;
  const ctx = (): Ctx => ({
    ...world.at({ height: height as Height, timeMs }),
    crypto: { ...world.at().crypto, verifySecp256k1 },
  });
  let now = ctx();
  initGenesis(auth.authModule, now, { params: auth.defaultParams, accounts: [] });
  initGenesis(bank.bankModule, now, {
    params: bank.defaultParams,
    balances: [],
    supply: [],
    denomMetadata: [],
    sendEnabled: [],
  });
  initGenesis(clock.clockModule, now, {
    params: { epochMs: 3_600_000n, slotMs: 21_600_000n },
    state: undefined,
  });
  initGenesis(registry.registryModule, now, emptyRegistry(params.registry));
  initGenesis(staking.stakingModule, now, emptyStaking(params.staking));

  /** The next block: end of this one first. */
  const next = (laterMs = 1_000n, blocks = 1n): void => {
    for (const module of modules) module.endBlock?.(now, usage);
    height += blocks;
    timeMs += laterMs;
    now = ctx();
  };
  next(0n);

  const call = <N extends keyof Tx>(name: N, fields: Fields<N>) => {
    const inStaking = name in stakingTx;
    const module = inStaking ? staking.stakingModule : registry.registryModule;
    const namespace = (inStaking ? stakingTx : registryTx) as unknown as Record<
      string,
      Wire<unknown>
    >;
    const msg = module.msgs.find((one) => one.typeUrl.endsWith(`.${name}`));
    const wire = namespace[name];
    const response = namespace[`${name}Response`];
    assert.ok(msg !== undefined && wire !== undefined && response !== undefined, name);
    const request = msg.request.decode(wire.encode(wire.fromPartial(fields as object)).finish());
    const step = (own: Ctx): unknown => {
      msg.validate?.(request);
      return response.decode(msg.response.encode(msg.handle(own, request)));
    };
    return { msg, request, step };
  };

  return {
    world,
    get ctx(): Ctx {
      return now;
    },
    get height(): bigint {
      return height;
    },
    get timeMs(): bigint {
      return timeMs;
    },
    next,
    /** Delivers a message that must succeed; the response, decoded. */
    send<N extends keyof Tx>(name: N, fields: Fields<N>): Record<string, unknown> {
      return inBranch(now, call(name, fields).step) as Record<string, unknown>;
    },
    /** Delivers a message that must refuse: "registry/4". Nothing is written and no event is left. */
    refuse<N extends keyof Tx>(name: N, fields: Fields<N>): string {
      return codeOf(refusal(world, now, (own) => call(name, fields).step(own)));
    },
    signer<N extends keyof Tx>(name: N, fields: Fields<N>): Address {
      const { msg, request } = call(name, fields);
      return msg.signer(request);
    },
    /** Runs a step of a higher module as its message or due item would. */
    run<T>(step: (own: Ctx) => T): T {
      return inBranch(now, step);
    },
    ask<A>(path: string, request: Uint8Array, response: { decode(bytes: Uint8Array): A }): A {
      const module = path.includes(".staking.") ? staking.stakingModule : registry.registryModule;
      return ask(module, now, path, request, response);
    },
    /** Events of this block by type. */
    events: (type: string): Record<string, string>[] =>
      now.events.events.filter((event) => event.type === type).map(attributes),
    balance: (address: Address): bigint => bank.balance(now, address, denom),
    fund(address: Address, value: bigint): void {
      inBranch(now, (own) => {
        bank.mint(own, "community_pool", denom, amount(value));
        bank.fromModule(own, "community_pool", address, denom, amount(value));
      });
    },
    /** Every invariant of every module, by what it says is broken. */
    broken: (): string[] => modules.flatMap((module) => broken(module, now)),
  };
}

const usage = { txs: 1, bytes: 0n, maxBytes: 1_000_000n, gas: 0n, maxGas: undefined };

function attributes(event: Event): Record<string, string> {
  return Object.fromEntries(event.attributes.map(({ key, value }) => [key, value]));
}

export function emptyRegistry(params: Partial<registry.Params> = {}): registry.GenesisState {
  return {
    params: { ...registry.defaultParams, ...params },
    users: [],
    services: [],
    releases: [],
    instances: [],
    commitments: [],
    retired: [],
  };
}

export function emptyStaking(params: Partial<staking.Params> = {}): staking.GenesisState {
  const none = amount(0n);
  return {
    params: { ...staking.defaultParams, ...params },
    bonds: [],
    lives: [],
    book: { deposited: none, slashed: none, withdrawn: none, penalties: none },
    faults: [],
    tombstones: [],
    jails: [],
  };
}

/** A key whose account exists, with a public key and coins. */
export function person(on: Chain, name: string, coins = 10_000_000_000n): TestKey {
  const key = testKey(name);
  on.run((own) => {
    auth.ensureAccount(own, key.address);
    auth.setPubKey(own, key.address, key.publicKey);
  });
  on.fund(key.address, coins);
  return key;
}
