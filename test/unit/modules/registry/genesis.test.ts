import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { amount } from "../../../../core/math/integers.ts";
import {
  defaultParams,
  NameKind,
  registryModule,
  resolveRelease,
  type GenesisState,
  type Params,
} from "../../../../modules/registry/index.ts";
import { testWorld } from "../../../support/ctx.ts";
import { exportGenesis, genesisFaults, initGenesis } from "../../../support/moduleCalls.ts";
import { bytes32, publishEcho, registerService, releaseMsg } from "./fixtures.ts";
import { chain, emptyRegistry, person, type Chain } from "./world.ts";

function lived(): Chain {
  const on = chain();
  const [alice, bob] = [person(on, "alice"), person(on, "bob")];
  publishEcho(on, alice);
  for (const version of ["2.0.0", "1.5.0", "1.6.0"]) {
    on.send("MsgPublishRelease", releaseMsg(alice, "echo-demo", version));
  }
  on.send("MsgSetReleaseStatus", {
    owner: alice.address,
    service: "echo-demo",
    version: "2.0.0",
    status: 3,
  });
  on.send("MsgAnnounceInstance", { node: bob.address, service: "echo-demo", version: "1.6.0" });
  registerService(on, alice, "old-demo");
  on.send("MsgPublishRelease", releaseMsg(alice, "old-demo", "1.0.0"));
  on.send("MsgRetireName", { owner: alice.address, kind: 2, name: "old-demo" });
  on.send("MsgCommitName", { committer: bob.address, commitment: bytes32(7) });
  return on;
}

const decode = (bytes: Uint8Array): GenesisState => {
  const codec = registryModule.genesis?.codec;
  assert.ok(codec !== undefined);
  return codec.decode(bytes) as GenesisState;
};

describe("registry: genesis", () => {
  it("export, init and export give equal bytes and an equal store", () => {
    const on = lived();
    const bytes = exportGenesis(registryModule, on.ctx);
    const other = testWorld();
    initGenesis(registryModule, other.at(), decode(bytes));
    assert.deepEqual(exportGenesis(registryModule, other.at()), bytes);
    const mine = [...on.world.store.dump()].filter(([key]) => key.startsWith("registry/"));
    assert.deepEqual([...other.store.dump()], mine);
    assert.equal(resolveRelease(other.at(), "echo-demo", "")?.version, "1.6.0");
  });

  it("names every fault", () => {
    const good = decode(exportGenesis(registryModule, lived().ctx));
    const [first] = good.releases;
    const [user] = good.users;
    const [service] = good.services;
    assert.ok(first !== undefined && user !== undefined && service !== undefined);
    const faulty: [Partial<GenesisState>, RegExp][] = [
      [{ users: [...good.users, user] }, /\/users\/1: expected each once/],
      [{ users: [{ ...user, username: "A" }] }, /\/users\/0: expected the name rule/],
      [{ users: [] }, /\/services\/0: expected a user as owner/],
      [{ services: [service, service] }, /\/services\/1: expected each once/],
      [{ services: [{ ...service, releases: 9n }] }, /releases: expected 4, got 9/],
      [{ releases: [first, first] }, /\/releases\/1: expected a version above 1.0.0/],
      [{ releases: [{ ...first, version: "1" }] }, /expected semver, got "1"/],
      [{ releases: [{ ...first, definitionHash: bytes32(1) }] }, /definition's hash/],
      [{ instances: [...good.instances, ...good.instances] }, /\/instances\/1: expected each once/],
      [
        { commitments: good.commitments.map((one) => ({ ...one, commitment: new Uint8Array(3) })) },
        /32 bytes/,
      ],
      [
        { retired: [{ kind: NameKind.NAME_KIND_USER, name: "author", restsUntilMs: 0n }] },
        /expected a free name/,
      ],
      [{ retired: [{ kind: 0, name: "author", restsUntilMs: 0n }] }, /kind: expected 1 or 2/],
    ];
    for (const [change, text] of faulty) {
      const faults = genesisFaults(registryModule, { ...good, ...change });
      assert.match(faults.map((one) => `${one.pointer}: ${one.text}`).join("\n"), text);
    }
    assert.deepEqual(genesisFaults(registryModule, good), []);
  });

  it("keeps each parameter at -1, 0 and +1 of its bounds", () => {
    const bounds: [keyof Params, bigint, bigint][] = [
      ["nameCommitMinBlocks", 1n, 1_000n],
      ["nameCommitMaxMs", 10_000n, 604_800_000n],
      ["nameDeposit", 0n, 10n ** 30n],
      ["nameRestMs", 0n, 315_360_000_000n],
      ["maxDefinitionBytes", 1_024n, 65_536n],
      ["minPrice", 1n, 10n ** 24n],
      ["duePerBlock", 1n, 10_000n],
      ["instanceDeposit", 0n, 10n ** 30n],
    ];
    for (const [name, low, high] of bounds) {
      for (const [value, faults] of [
        [low - 1n, 1],
        [low, 0],
        [high, 0],
        [high + 1n, 1],
      ] as const) {
        if (value < 0n) continue;
        const typed = typeof defaultParams[name] === "number" ? Number(value) : value;
        const genesis = emptyRegistry({ [name]: typed } as Partial<Params>);
        assert.equal(genesisFaults(registryModule, genesis).length, faults, `${name} ${value}`);
      }
    }
    assert.equal(genesisFaults(registryModule, emptyRegistry({ denom: "" })).length, 1);
  });

  it("reserves a name that it lists as retired for ever", () => {
    const world = testWorld();
    const retired = [{ kind: NameKind.NAME_KIND_USER, name: "admin", restsUntilMs: 0n }];
    initGenesis(registryModule, world.at(), { ...emptyRegistry(), retired });
    const { users } = decode(exportGenesis(registryModule, world.at()));
    assert.deepEqual(users, []);
    assert.deepEqual(decode(exportGenesis(registryModule, world.at())).retired, retired);
  });
});

describe("registry: invariants", () => {
  it("hold after a life of all messages, and see planted damage", () => {
    const on = lived();
    assert.deepEqual(on.broken(), []);
    on.fund(on.signer("MsgCommitName", { committer: person(on, "x").address }), 1n);
    const genesis = decode(exportGenesis(registryModule, on.ctx));
    const [user] = genesis.users;
    assert.ok(user !== undefined);
    const damaged = testWorld();
    initGenesis(registryModule, damaged.at(), {
      ...genesis,
      users: [{ ...user, deposit: amount(5n) }],
    });
    const check = registryModule.invariants?.["depositsAreHeld"];
    assert.match(check?.(damaged.at()) ?? "", /deposits: expected \d+, got 0/);
  });
});
