import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findService, hold, release } from "../../../../modules/registry/index.ts";
import {
  QueryNameStatusRequest,
  QueryNameStatusResponse,
  QueryUserByOwnerRequest,
  QueryUserByOwnerResponse,
} from "../../../../proto/gen/assay/registry/v1/query.ts";
import type { User } from "../../../../proto/gen/assay/registry/v1/registry.ts";
import type { TestKey } from "../../../support/keys.ts";
import { bytes32, publishEcho, registerService, registerUser, service, user } from "./fixtures.ts";
import { chain, person, type Chain } from "./world.ts";

const day = 86_400_000n;

function userOf(on: Chain, { address }: TestKey): User | undefined {
  const request = QueryUserByOwnerRequest.encode({ owner: address }).finish();
  return on.ask("/assay.registry.v1.Query/UserByOwner", request, QueryUserByOwnerResponse).user;
}

function statusOf(on: Chain, kind: 1 | 2, name: string): { free: boolean; reason: string } {
  const request = QueryNameStatusRequest.encode({ kind, name }).finish();
  return on.ask("/assay.registry.v1.Query/NameStatus", request, QueryNameStatusResponse);
}

function aliceAndBob(): { on: Chain; alice: TestKey; bob: TestKey } {
  const on = chain();
  const [alice, bob] = [person(on, "alice"), person(on, "bob")];
  registerUser(on, alice, "alice");
  return { on, alice, bob };
}

describe("registry: update profile", () => {
  it("replaces hash and encryption key", () => {
    const { on, alice } = aliceAndBob();
    const msg = { owner: alice.address, profileHash: bytes32(1), encryptionKey: bytes32(2) };
    on.send("MsgUpdateProfile", msg);
    assert.deepEqual(userOf(on, alice)?.profileHash, bytes32(1));
    on.send("MsgUpdateProfile", { owner: alice.address });
    assert.deepEqual(userOf(on, alice)?.encryptionKey, new Uint8Array());
    assert.equal(on.events("user_updated").length, 2);
    assert.equal(on.signer("MsgUpdateProfile", msg), alice.address);
  });

  it("refuses wrong lengths and who is no user", () => {
    const { on, alice, bob } = aliceAndBob();
    const owner = alice.address;
    assert.equal(
      on.refuse("MsgUpdateProfile", { owner, profileHash: new Uint8Array(33) }),
      "registry/13",
    );
    assert.equal(
      on.refuse("MsgUpdateProfile", { owner, encryptionKey: new Uint8Array(1) }),
      "registry/12",
    );
    assert.equal(on.refuse("MsgUpdateProfile", { owner: bob.address }), "registry/15");
  });
});

describe("registry: rotate key", () => {
  it("sets another key, or the account's again", () => {
    const { on, alice, bob } = aliceAndBob();
    on.send("MsgRotateKey", { owner: alice.address, newKey: bob.publicKey });
    assert.deepEqual(userOf(on, alice)?.signingKey, new Uint8Array(bob.publicKey));
    on.send("MsgRotateKey", { owner: alice.address });
    assert.deepEqual(userOf(on, alice)?.signingKey, new Uint8Array());
    assert.equal(on.signer("MsgRotateKey", { owner: alice.address }), alice.address);
  });

  it("refuses what is no compressed key and who is no user", () => {
    const { on, alice, bob } = aliceAndBob();
    const newKey = new Uint8Array(33).fill(4);
    assert.equal(on.refuse("MsgRotateKey", { owner: alice.address, newKey }), "registry/12");
    assert.equal(on.refuse("MsgRotateKey", { owner: bob.address }), "registry/15");
  });
});

describe("registry: offer and accept name", () => {
  it("moves a username in two steps and leaves the old keys behind", () => {
    const { on, alice, bob } = aliceAndBob();
    on.send("MsgRotateKey", { owner: alice.address, newKey: alice.publicKey });
    on.send("MsgUpdateProfile", { owner: alice.address, encryptionKey: bytes32(2) });
    on.send("MsgOfferName", { owner: alice.address, kind: user, name: "alice", to: bob.address });
    on.send("MsgAcceptName", { newOwner: bob.address, kind: user, name: "alice" });
    assert.equal(userOf(on, bob)?.username, "alice");
    assert.deepEqual(userOf(on, bob)?.signingKey, new Uint8Array());
    assert.deepEqual(userOf(on, bob)?.encryptionKey, new Uint8Array());
    assert.throws(() => userOf(on, alice), /NotFound/);
    assert.deepEqual(on.events("name_transferred"), [
      { kind: "user", name: "alice", from: alice.address, to: bob.address },
    ]);
    assert.deepEqual(on.broken(), []);
  });

  it("moves a service to another user", () => {
    const { on, alice, bob } = aliceAndBob();
    registerService(on, alice, "echo-demo");
    registerUser(on, bob, "bobby");
    on.send("MsgOfferName", {
      owner: alice.address,
      kind: service,
      name: "echo-demo",
      to: bob.address,
    });
    on.send("MsgAcceptName", { newOwner: bob.address, kind: service, name: "echo-demo" });
    assert.equal(findService(on.ctx, "echo-demo")?.owner, bob.address);
    assert.equal(findService(on.ctx, "echo-demo")?.offeredTo, "");
    assert.deepEqual(on.broken(), []);
  });

  it("a second offer replaces the first and an empty one withdraws it", () => {
    const { on, alice, bob } = aliceAndBob();
    const carol = person(on, "carol");
    const offer = { owner: alice.address, kind: user, name: "alice" };
    on.send("MsgOfferName", { ...offer, to: bob.address });
    on.send("MsgOfferName", { ...offer, to: carol.address });
    const accept = { newOwner: bob.address, kind: user, name: "alice" };
    assert.equal(on.refuse("MsgAcceptName", accept), "registry/18");
    on.send("MsgOfferName", { ...offer, to: "" });
    assert.equal(on.refuse("MsgAcceptName", { ...accept, newOwner: carol.address }), "registry/18");
  });

  it("refuses strangers, unknown names and kinds, and an offer to oneself", () => {
    const { on, alice, bob } = aliceAndBob();
    const offer = { owner: alice.address, kind: user, name: "alice", to: bob.address };
    assert.equal(
      on.refuse("MsgOfferName", { ...offer, owner: bob.address, to: alice.address }),
      "registry/17",
    );
    assert.equal(on.refuse("MsgOfferName", { ...offer, name: "nobody" }), "registry/16");
    assert.equal(on.refuse("MsgOfferName", { ...offer, kind: service }), "registry/16");
    assert.equal(on.refuse("MsgOfferName", { ...offer, kind: 0 }), "registry/3");
    assert.equal(on.refuse("MsgOfferName", { ...offer, name: "a" }), "registry/2");
    assert.equal(on.refuse("MsgOfferName", { ...offer, to: alice.address }), "registry/18");
    assert.equal(on.refuse("MsgOfferName", { ...offer, to: "assay1" }), "sdk/7");
    assert.equal(on.signer("MsgOfferName", offer), alice.address);
    const accept = { newOwner: bob.address, kind: user, name: "alice" };
    assert.equal(on.refuse("MsgAcceptName", accept), "registry/18");
    assert.equal(on.refuse("MsgAcceptName", { ...accept, name: "nobody" }), "registry/16");
    assert.equal(on.refuse("MsgAcceptName", { ...accept, kind: service }), "registry/16");
    assert.equal(on.refuse("MsgAcceptName", { ...accept, kind: 3 as 2 }), "registry/3");
    assert.equal(on.refuse("MsgAcceptName", { ...accept, name: "A" }), "registry/2");
    assert.equal(on.signer("MsgAcceptName", accept), bob.address);
  });

  it("refuses a second username, an owner who keeps services, and a service for who is no user", () => {
    const { on, alice, bob } = aliceAndBob();
    registerService(on, alice, "echo-demo");
    const carol = person(on, "carol");
    registerUser(on, carol, "carol");
    on.send("MsgOfferName", { owner: alice.address, kind: user, name: "alice", to: carol.address });
    assert.equal(
      on.refuse("MsgAcceptName", { newOwner: carol.address, kind: user, name: "alice" }),
      "registry/14",
    );
    on.send("MsgOfferName", { owner: alice.address, kind: user, name: "alice", to: bob.address });
    assert.equal(
      on.refuse("MsgAcceptName", { newOwner: bob.address, kind: user, name: "alice" }),
      "registry/19",
    );
    on.send("MsgOfferName", {
      owner: alice.address,
      kind: service,
      name: "echo-demo",
      to: bob.address,
    });
    assert.equal(
      on.refuse("MsgAcceptName", { newOwner: bob.address, kind: service, name: "echo-demo" }),
      "registry/15",
    );
  });
});

describe("registry: retire name", () => {
  it("gives the deposit back and lets the name rest for 30 days", () => {
    const { on, alice, bob } = aliceAndBob();
    const before = on.balance(alice.address);
    const msg = { owner: alice.address, kind: user, name: "alice" };
    assert.equal(on.signer("MsgRetireName", msg), alice.address);
    on.send("MsgRetireName", msg);
    assert.equal(on.balance(alice.address), before + 1_000_000n);
    assert.deepEqual(on.events("name_retired"), [{ kind: "user", name: "alice" }]);
    assert.deepEqual(on.broken(), []);
    assert.throws(() => registerUser(on, bob, "alice"), /block time/);
    assert.equal(statusOf(on, 1, "alice").free, false);
    on.next(30n * day - 1_001n);
    assert.equal(statusOf(on, 1, "alice").free, false);
    on.next(1n);
    assert.deepEqual(statusOf(on, 1, "alice"), { free: true, reason: "" });
    registerUser(on, bob, "alice");
    assert.equal(userOf(on, bob)?.username, "alice");
    assert.deepEqual(on.broken(), []);
  });

  it("X29: a service name that ever had a release is never free again", () => {
    const on = chain();
    const alice = person(on, "alice");
    publishEcho(on, alice);
    on.send("MsgRetireName", { owner: alice.address, kind: service, name: "echo-demo" });
    on.next(100_000n * day);
    assert.equal(statusOf(on, 2, "echo-demo").free, false);
    assert.throws(() => registerService(on, alice, "echo-demo"), /not reserved/);
    assert.deepEqual(on.broken(), []);
  });

  it("a service without a release only rests", () => {
    const { on, alice } = aliceAndBob();
    registerService(on, alice, "echo-demo");
    on.send("MsgRetireName", { owner: alice.address, kind: service, name: "echo-demo" });
    on.next(30n * day);
    registerService(on, alice, "echo-demo");
    assert.deepEqual(on.broken(), []);
  });

  it("is refused while a bond or an open task holds the service, and while a user owns one", () => {
    const { on, alice } = aliceAndBob();
    registerService(on, alice, "echo-demo");
    const msg = { owner: alice.address, kind: service, name: "echo-demo" };
    on.run((own) => {
      hold(own, "echo-demo");
      hold(own, "echo-demo");
      release(own, "echo-demo");
    });
    assert.equal(on.refuse("MsgRetireName", msg), "registry/20");
    assert.equal(on.refuse("MsgRetireName", { ...msg, kind: user, name: "alice" }), "registry/19");
    on.run((own) => release(own, "echo-demo"));
    on.send("MsgRetireName", msg);
    assert.throws(() => on.run((own) => release(own, "echo-demo")), /expected a hold/);
  });

  it("refuses strangers, unknown names and kinds", () => {
    const { on, alice, bob } = aliceAndBob();
    const msg = { owner: alice.address, kind: user, name: "alice" };
    assert.equal(on.refuse("MsgRetireName", { ...msg, owner: bob.address }), "registry/17");
    assert.equal(on.refuse("MsgRetireName", { ...msg, name: "nobody" }), "registry/16");
    assert.equal(on.refuse("MsgRetireName", { ...msg, kind: service }), "registry/16");
    assert.equal(on.refuse("MsgRetireName", { ...msg, kind: 0 }), "registry/3");
    assert.equal(on.refuse("MsgRetireName", { ...msg, name: "alice-" }), "registry/2");
  });
});
