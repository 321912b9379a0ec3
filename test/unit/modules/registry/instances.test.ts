import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findInstance } from "../../../../modules/registry/index.ts";
import {
  QueryInstancesRequest,
  QueryInstancesResponse,
  QueryServicesRequest,
  QueryServicesResponse,
} from "../../../../proto/gen/assay/registry/v1/query.ts";
import type { TestKey } from "../../../support/keys.ts";
import { bytes32, publishEcho, registerService, releaseMsg, service } from "./fixtures.ts";
import { chain, person, type Chain } from "./world.ts";

const name = "echo-demo";
const deposit = 100_000n;

function world(): { on: Chain; alice: TestKey; node: TestKey } {
  const on = chain();
  const [alice, node] = [person(on, "alice"), person(on, "node")];
  publishEcho(on, alice);
  return { on, alice, node };
}

function instances(on: Chain, of: { service?: string; node?: string }): string[] {
  const request = QueryInstancesRequest.encode(QueryInstancesRequest.fromPartial(of)).finish();
  const { instances: found } = on.ask(
    "/assay.registry.v1.Query/Instances",
    request,
    QueryInstancesResponse,
  );
  return found.map((one) => `${one.service}/${one.version}`);
}

describe("registry: instances", () => {
  it("C3: belong to their node, cost a deposit and are replaced by the node's next announcement", () => {
    const { on, alice, node } = world();
    const before = on.balance(node.address);
    const msg = {
      node: node.address,
      service: name,
      version: "1.0.0",
      endpoint: "https://n.example",
      envHash: bytes32(1),
    };
    on.send("MsgAnnounceInstance", msg);
    assert.equal(on.balance(node.address), before - deposit);
    on.send("MsgPublishRelease", releaseMsg(alice, name, "1.1.0"));
    on.next();
    on.send("MsgAnnounceInstance", { ...msg, version: "1.1.0", endpoint: "" });
    assert.equal(on.balance(node.address), before - deposit);
    const found = findInstance(on.ctx, name, node.address);
    assert.equal(found?.version, "1.1.0");
    assert.equal(found.announcedHeight, on.height);
    assert.deepEqual(on.events("instance_announced"), [
      { service: name, version: "1.1.0", node: node.address },
    ]);
    assert.equal(on.signer("MsgAnnounceInstance", msg), node.address);
    assert.equal(on.signer("MsgEndInstance", msg), node.address);
    assert.equal(
      on.refuse("MsgEndInstance", { node: alice.address, service: name }),
      "registry/37",
    );
    on.send("MsgEndInstance", { node: node.address, service: name });
    assert.equal(on.balance(node.address), before);
    assert.equal(on.refuse("MsgEndInstance", { node: node.address, service: name }), "registry/37");
    assert.deepEqual(on.events("instance_ended"), [{ service: name, node: node.address }]);
    assert.deepEqual(on.broken(), []);
  });

  it("run only active releases", () => {
    const { on, alice, node } = world();
    const msg = { node: node.address, service: name, version: "1.0.0" };
    for (const status of [2, 3] as const) {
      on.send("MsgSetReleaseStatus", {
        owner: alice.address,
        service: name,
        version: "1.0.0",
        status,
      });
      assert.equal(on.refuse("MsgAnnounceInstance", msg), "registry/35");
    }
    assert.equal(on.refuse("MsgAnnounceInstance", { ...msg, version: "9.0.0" }), "registry/35");
    assert.equal(on.refuse("MsgAnnounceInstance", { ...msg, service: "unknown" }), "registry/16");
  });

  it("refuse malformed fields and an empty purse", () => {
    const { on, node } = world();
    const msg = { node: node.address, service: name, version: "1.0.0", endpoint: "" };
    const poor = person(on, "poor", deposit - 1n);
    assert.equal(on.refuse("MsgAnnounceInstance", { ...msg, node: poor.address }), "sdk/5");
    assert.equal(on.refuse("MsgAnnounceInstance", { ...msg, service: "x" }), "registry/2");
    assert.equal(on.refuse("MsgAnnounceInstance", { ...msg, version: "1" }), "registry/21");
    assert.equal(
      on.refuse("MsgAnnounceInstance", { ...msg, envHash: new Uint8Array(3) }),
      "registry/13",
    );
    assert.equal(
      on.refuse("MsgAnnounceInstance", { ...msg, endpoint: "a".repeat(257) }),
      "registry/36",
    );
    assert.equal(on.refuse("MsgAnnounceInstance", { ...msg, endpoint: "a b" }), "registry/36");
    assert.equal(on.refuse("MsgEndInstance", { node: node.address, service: "x" }), "registry/2");
    on.send("MsgAnnounceInstance", { ...msg, endpoint: "a".repeat(256) });
  });

  it("give the deposit back when the service is gone", () => {
    const { on, alice, node } = world();
    const before = on.balance(node.address);
    on.send("MsgAnnounceInstance", { node: node.address, service: name, version: "1.0.0" });
    on.send("MsgRetireName", { owner: alice.address, kind: service, name });
    on.send("MsgEndInstance", { node: node.address, service: name });
    assert.equal(on.balance(node.address), before);
  });

  it("are found by service, by node and by both", () => {
    const { on, alice, node } = world();
    const other = person(on, "other");
    registerService(on, alice, "more-demo");
    on.send("MsgPublishRelease", releaseMsg(alice, "more-demo", "3.0.0"));
    for (const [key, at, version] of [
      [node, name, "1.0.0"],
      [node, "more-demo", "3.0.0"],
      [other, name, "1.0.0"],
    ] as const) {
      on.send("MsgAnnounceInstance", { node: key.address, service: at, version });
    }
    assert.equal(instances(on, { service: name }).length, 2);
    assert.deepEqual(instances(on, { node: node.address }), ["echo-demo/1.0.0", "more-demo/3.0.0"]);
    assert.deepEqual(instances(on, { service: "more-demo", node: other.address }), []);
    assert.deepEqual(instances(on, { service: name, node: other.address }), ["echo-demo/1.0.0"]);
  });
});

describe("registry: services of an owner", () => {
  it("come by name, a page at a time", () => {
    const { on, alice } = world();
    registerService(on, alice, "abc-demo");
    const ask = (key: Uint8Array): { names: string[]; nextKey: Uint8Array } => {
      const request = QueryServicesRequest.fromPartial({
        owner: alice.address,
        pagination: { limit: 1n, key },
      });
      const bytes = QueryServicesRequest.encode(request).finish();
      const { services, pagination } = on.ask(
        "/assay.registry.v1.Query/Services",
        bytes,
        QueryServicesResponse,
      );
      return {
        names: services.map((one) => one.name),
        nextKey: pagination?.nextKey ?? new Uint8Array(),
      };
    };
    const first = ask(new Uint8Array());
    assert.deepEqual(first.names, ["abc-demo"]);
    const second = ask(first.nextKey);
    assert.deepEqual(second, { names: [name], nextKey: new Uint8Array() });
  });
});
