import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { moduleAddress } from "../../../../core/crypto/address.ts";
import { findService, nameCommitment, NameKind } from "../../../../modules/registry/index.ts";
import {
  QueryUserResponse,
  QueryUserRequest,
} from "../../../../proto/gen/assay/registry/v1/query.ts";
import type { TestKey } from "../../../support/keys.ts";
import { bytes32, commitmentOf, registerService, registerUser, salt } from "./fixtures.ts";
import { chain, person, type Chain, type Fields } from "./world.ts";

const day = 86_400_000n;
const deposit = 1_000_000n;
const pool = moduleAddress("community_pool");
const account = moduleAddress("registry");

function committed(): {
  on: Chain;
  alice: ReturnType<typeof person>;
  msg: Fields<"MsgRegisterUser">;
} {
  const on = chain();
  const alice = person(on, "alice");
  const { address } = alice;
  on.send("MsgCommitName", {
    committer: address,
    commitment: commitmentOf("user", "alice", address),
  });
  return { on, alice, msg: { owner: address, username: "alice", salt } };
}

describe("registry: commit name", () => {
  it("holds the deposit and says when it expires", () => {
    const on = chain();
    const { address } = person(on, "alice");
    const before = on.balance(address);
    const commitment = commitmentOf("user", "alice", address);
    const response = on.send("MsgCommitName", { committer: address, commitment });
    assert.deepEqual(response, { expiresMs: on.timeMs + day });
    assert.equal(on.balance(address), before - deposit);
    assert.equal(on.balance(account), deposit);
    assert.deepEqual(on.events("name_committed"), [
      { committer: address, commitment: Buffer.from(commitment).toString("hex") },
    ]);
    assert.deepEqual(on.broken(), []);
  });

  it("is the hash that the module exports for clients", () => {
    const { address } = person(chain(), "alice");
    assert.deepEqual(
      nameCommitment(NameKind.NAME_KIND_USER, "alice", address, salt),
      commitmentOf("user", "alice", address),
    );
  });

  it("refuses another length, the same one twice, and an empty purse", () => {
    const on = chain();
    const { address } = person(on, "alice");
    const poor = person(on, "poor", deposit - 1n).address;
    for (const length of [0, 31, 33]) {
      const msg = { committer: address, commitment: new Uint8Array(length).fill(1) };
      assert.equal(on.refuse("MsgCommitName", msg), "registry/6");
    }
    const commitment = bytes32(3);
    on.send("MsgCommitName", { committer: address, commitment });
    assert.equal(on.refuse("MsgCommitName", { committer: address, commitment }), "registry/7");
    assert.equal(on.refuse("MsgCommitName", { committer: poor, commitment }), "sdk/5");
  });

  it("X29: nobody blocks a commitment by sending the same bytes first", () => {
    const on = chain();
    const alice = person(on, "alice");
    const sniper = person(on, "sniper");
    const commitment = commitmentOf("user", "alice", alice.address);
    on.send("MsgCommitName", { committer: sniper.address, commitment });
    on.send("MsgCommitName", { committer: alice.address, commitment });
    on.next();
    const register = { username: "alice", salt };
    assert.equal(
      on.refuse("MsgRegisterUser", { owner: sniper.address, ...register }),
      "registry/8",
    );
    on.send("MsgRegisterUser", { owner: alice.address, ...register });
    assert.deepEqual(on.broken(), []);
  });
});

describe("registry: register user", () => {
  it("turns the commitment's deposit into the name's", () => {
    const { on, alice, msg } = committed();
    on.next();
    const before = on.balance(alice.address);
    on.send("MsgRegisterUser", { ...msg, encryptionKey: bytes32(4), profileHash: bytes32(5) });
    assert.equal(on.balance(alice.address), before);
    assert.equal(on.balance(account), deposit);
    const { user } = on.ask(
      "/assay.registry.v1.Query/User",
      QueryUserRequest.encode({ username: "alice" }).finish(),
      QueryUserResponse,
    );
    assert.equal(user?.owner, alice.address);
    assert.equal(user.deposit, deposit.toString());
    assert.equal(user.registeredHeight, on.height);
    assert.deepEqual(on.events("user_registered"), [{ username: "alice", owner: alice.address }]);
    assert.deepEqual(on.broken(), []);
  });

  it("is signed by its owner", () => {
    const { on, alice, msg } = committed();
    assert.equal(on.signer("MsgRegisterUser", msg), alice.address);
  });

  it("X29: waits for the next block after the commitment", () => {
    const { on, msg } = committed();
    assert.equal(on.refuse("MsgRegisterUser", msg), "registry/9");
    on.next();
    on.send("MsgRegisterUser", msg);
  });

  it("X29: takes a commitment until its day is over, at -1, 0 and +1 ms", () => {
    for (const [late, code] of [
      [day - 1n, ""],
      [day, "registry/10"],
      [day + 1n, "registry/10"],
    ] as const) {
      const { on, msg } = committed();
      on.next(late);
      if (code === "") on.send("MsgRegisterUser", msg);
      else assert.equal(on.refuse("MsgRegisterUser", msg), code);
    }
  });

  it("X29: of two in one block the first wins, whoever saw the other's salt", () => {
    const on = chain();
    const [alice, bob] = [person(on, "alice"), person(on, "bob")];
    for (const { address } of [alice, bob]) {
      on.send("MsgCommitName", {
        committer: address,
        commitment: commitmentOf("user", "same-name", address),
      });
    }
    on.next();
    on.send("MsgRegisterUser", { owner: alice.address, username: "same-name", salt });
    const late = { owner: bob.address, username: "same-name", salt };
    assert.equal(on.refuse("MsgRegisterUser", late), "registry/4");
    assert.deepEqual(on.broken(), []);
  });

  it("X29: a sniper with a view of the mempool wins 0 of 10,000", () => {
    let won = 0;
    for (let world = 0; world < 100; world++) {
      const on = chain();
      const [owner, sniper] = [person(on, "owner"), person(on, "sniper")];
      registerUser(on, owner, "owner");
      registerUser(on, sniper, "sniper");
      const names = Array.from({ length: 100 }, (_, i) => `name-${i}`);
      const commit = ({ address }: TestKey, name: string): void => {
        const commitment = commitmentOf("service", name, address);
        on.send("MsgCommitName", { committer: address, commitment });
      };
      const tries = ({ address }: TestKey, name: string): void => {
        assert.throws(
          () => on.send("MsgRegisterService", { owner: address, name, salt }),
          /commitment: expected|height: expected|a free service name/,
        );
      };
      for (const name of names) commit(owner, name);
      on.next();
      for (const name of names) {
        // The salt shows in the owner's message; the sniper gets in front of it with all that it can do.
        tries(sniper, name);
        commit(sniper, name);
        tries(sniper, name);
        on.send("MsgRegisterService", { owner: owner.address, name, salt });
      }
      on.next();
      for (const name of names) {
        tries(sniper, name);
        if (findService(on.ctx, name)?.owner !== owner.address) won += 1;
      }
    }
    assert.equal(won, 0);
  });

  it("refuses a taken name, a second one, and a salt that opens nothing", () => {
    const { on, alice, msg } = committed();
    on.next();
    assert.equal(on.refuse("MsgRegisterUser", { ...msg, salt: bytes32(8) }), "registry/8");
    assert.equal(on.refuse("MsgRegisterUser", { ...msg, salt: new Uint8Array() }), "registry/8");
    assert.equal(on.refuse("MsgRegisterUser", { ...msg, username: "alicia" }), "registry/8");
    on.send("MsgRegisterUser", msg);
    assert.equal(on.refuse("MsgRegisterUser", msg), "registry/4");
    assert.equal(on.refuse("MsgRegisterUser", { ...msg, username: "other" }), "registry/14");
    assert.equal(on.refuse("MsgRegisterUser", { ...msg, owner: `${alice.address}x` }), "sdk/7");
  });

  it("refuses malformed fields before it looks at state", () => {
    const { on, msg } = committed();
    const wrong: [Partial<Fields<"MsgRegisterUser">>, string][] = [
      [{ username: "al" }, "registry/2"],
      [{ username: "Alice" }, "registry/2"],
      [{ salt: new Uint8Array(31) }, "registry/11"],
      [{ salt: new Uint8Array(33) }, "registry/11"],
      [{ signingKey: new Uint8Array(33).fill(4) }, "registry/12"],
      [{ signingKey: new Uint8Array(32).fill(2) }, "registry/12"],
      [{ encryptionKey: new Uint8Array(31) }, "registry/12"],
      [{ profileHash: new Uint8Array(31) }, "registry/13"],
    ];
    for (const [change, code] of wrong)
      assert.equal(on.refuse("MsgRegisterUser", { ...msg, ...change }), code);
  });

  it("takes the deposit at once where no commitment is required", () => {
    const on = chain({ registry: { nameCommitRequired: false } });
    const { address } = person(on, "alice");
    const before = on.balance(address);
    on.send("MsgRegisterUser", { owner: address, username: "alice" });
    assert.equal(on.balance(address), before - deposit);
    const poor = person(on, "poor", deposit - 1n).address;
    assert.equal(on.refuse("MsgRegisterUser", { owner: poor, username: "poor" }), "sdk/5");
    assert.deepEqual(on.broken(), []);
  });
});

describe("registry: register service", () => {
  it("C3: belongs to a registered user, first come", () => {
    const on = chain();
    const [alice, bob] = [person(on, "alice"), person(on, "bob")];
    registerUser(on, alice, "alice");
    registerService(on, alice, "echo-demo");
    assert.equal(findService(on.ctx, "echo-demo")?.owner, alice.address);
    assert.deepEqual(on.events("service_registered"), [
      { service: "echo-demo", owner: alice.address },
    ]);
    const msg = { owner: bob.address, name: "bobs-echo", salt };
    assert.equal(on.refuse("MsgRegisterService", msg), "registry/15");
    registerUser(on, bob, "bobby");
    assert.equal(on.refuse("MsgRegisterService", { ...msg, name: "echo-demo" }), "registry/4");
    assert.equal(on.refuse("MsgRegisterService", msg), "registry/8");
    assert.deepEqual(on.broken(), []);
  });

  it("refuses malformed fields and a commitment of the other kind", () => {
    const on = chain();
    const alice = person(on, "alice");
    registerUser(on, alice, "alice");
    const msg = { owner: alice.address, name: "echo-demo", salt };
    assert.equal(on.refuse("MsgRegisterService", { ...msg, name: "e" }), "registry/2");
    assert.equal(
      on.refuse("MsgRegisterService", { ...msg, metadataHash: bytes32(1).slice(1) }),
      "registry/13",
    );
    assert.equal(
      on.refuse("MsgRegisterService", { ...msg, salt: new Uint8Array(1) }),
      "registry/11",
    );
    const commitment = commitmentOf("user", "echo-demo", alice.address);
    on.send("MsgCommitName", { committer: alice.address, commitment });
    on.next();
    assert.equal(on.refuse("MsgRegisterService", msg), "registry/8");
    assert.equal(on.signer("MsgRegisterService", msg), alice.address);
  });
});

describe("registry: end of block", () => {
  it("gives the deposit of an unused commitment to the community pool", () => {
    const { on } = committed();
    on.next(day - 1n);
    on.next(0n);
    assert.equal(on.balance(pool), 0n);
    on.next(1n);
    on.next(0n);
    assert.equal(on.balance(pool), deposit);
    assert.equal(on.balance(account), 0n);
    assert.deepEqual(on.broken(), []);
  });

  it("takes at most due_per_block, in order, and says so in events", () => {
    const on = chain({ registry: { duePerBlock: 3 } });
    const { address } = person(on, "alice");
    for (let i = 0; i < 5; i++)
      on.send("MsgCommitName", { committer: address, commitment: bytes32(i) });
    on.next(day);
    const first = on.ctx;
    on.next(0n);
    const expired = first.events.events.filter(({ type }) => type === "name_commitment_expired");
    assert.equal(expired.length, 3);
    assert.equal(on.balance(pool), 3n * deposit);
    on.next(0n);
    assert.equal(on.balance(pool), 5n * deposit);
    assert.deepEqual(on.broken(), []);
  });

  it("writes nothing when nothing is due", () => {
    const { on } = committed();
    on.next();
    const before = on.world.store.dump();
    const module = on.ctx;
    on.next(0n);
    assert.deepEqual(module.events.events, []);
    const after = on.world.store.dump();
    for (const key of [...before.keys(), ...after.keys()].filter((one) =>
      one.startsWith("registry/"),
    )) {
      assert.deepEqual(after.get(key), before.get(key));
    }
  });
});
