import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as auth from "../../../../modules/auth/index.ts";
import {
  findRelease,
  findService,
  findTask,
  highestActiveRelease,
  resolveRelease,
} from "../../../../modules/registry/index.ts";
import {
  QueryReleaseRequest,
  QueryReleaseResponse,
  QueryReleasesRequest,
  QueryReleasesResponse,
} from "../../../../proto/gen/assay/registry/v1/query.ts";
import { testKey, type TestKey } from "../../../support/keys.ts";
import {
  bytes32,
  definition,
  echoTask,
  registerService,
  registerUser,
  releaseMsg,
  service,
} from "./fixtures.ts";
import { chain, person, type Chain, type Fields } from "./world.ts";

const name = "echo-demo";
type Publish = {
  [K in keyof Fields<"MsgPublishRelease">]?: Fields<"MsgPublishRelease">[K] | undefined;
};

function author(params: Parameters<typeof chain>[0] = {}): { on: Chain; alice: TestKey } {
  const on = chain(params);
  const alice = person(on, "alice");
  registerUser(on, alice, "alice");
  registerService(on, alice, name);
  return { on, alice };
}

function publish(on: Chain, owner: TestKey, ...versions: string[]): void {
  for (const version of versions) on.send("MsgPublishRelease", releaseMsg(owner, name, version));
}

const refusedWith = (on: Chain, fields: Publish): string =>
  on.refuse("MsgPublishRelease", fields as Fields<"MsgPublishRelease">);
const setStatus = (on: Chain, { address }: TestKey, version: string, status: 1 | 2 | 3): void =>
  void on.send("MsgSetReleaseStatus", { owner: address, service: name, version, status });
const resolved = (on: Chain, wanted: string): string | undefined =>
  resolveRelease(on.ctx, name, wanted)?.version;

describe("registry: publish release", () => {
  it("C3: keeps what was signed, with the key that it was signed with", () => {
    const { on, alice } = author();
    const msg = releaseMsg(alice, name, "1.0.0");
    on.send("MsgPublishRelease", msg);
    const found = findRelease(on.ctx, name, "1.0.0");
    assert.ok(found !== undefined);
    assert.equal(found.publisher, alice.address);
    assert.deepEqual(Buffer.from(found.signingKey), Buffer.from(alice.publicKey));
    assert.equal(found.definition.minBond, 1_160_000n);
    assert.equal(found.publishedHeight, on.height);
    assert.equal(findTask(found, "echo")?.price.perCall, 1_000n);
    assert.equal(findTask(found, "other"), undefined);
    assert.equal(findService(on.ctx, name)?.latestVersion, "1.0.0");
    const definitionHash = Buffer.from(found.definitionHash).toString("hex");
    assert.deepEqual(
      on.events("release_published"),
      [{ service: name, version: "1.0.0", definitionHash }].map(
        ({ definitionHash: hash, ...rest }) => ({ ...rest, definition_hash: hash }),
      ),
    );
    assert.equal(on.signer("MsgPublishRelease", msg), alice.address);
    assert.deepEqual(on.broken(), []);
  });

  it("C3: a version is published once and only above its major line", () => {
    const { on, alice } = author();
    publish(on, alice, "1.2.0", "2.0.0", "1.3.0-rc.1", "1.3.0", "0.1.0");
    const again = (version: string): string =>
      on.refuse("MsgPublishRelease", releaseMsg(alice, name, version));
    assert.equal(again("1.2.0"), "registry/22");
    assert.equal(again("2.0.0"), "registry/22");
    assert.equal(again("1.2.9"), "registry/23");
    assert.equal(again("1.3.0-rc.2"), "registry/23");
    assert.equal(again("0.0.9"), "registry/23");
    setStatus(on, alice, "1.3.0", 3);
    assert.equal(again("1.3.0"), "registry/22");
    publish(on, alice, "1.3.1", "0.1.1", "7.0.0");
    assert.equal(findService(on.ctx, name)?.releases, 8n);
    assert.deepEqual(on.broken(), []);
  });

  it("C3: the signature binds service, version, hashes, chain and key", () => {
    const { on, alice } = author();
    registerService(on, alice, "other-demo");
    const good = releaseMsg(alice, name, "1.0.0");
    const other = definition({ authorShare: "0" });
    const wrong: Publish[] = [
      { service: "other-demo" },
      { version: "1.0.1" },
      { metadataHash: bytes32(7) },
      { metadataHash: new Uint8Array() },
      { artifact: { sha256: bytes32(7), size: 10n, mediaType: "application/gzip", uri: "" } },
      { definition: other, definitionHash: releaseMsg(alice, name, "1.0.0", other).definitionHash },
      { signature: testKey("mallory").sign(bytes32(1)) },
      { signature: new Uint8Array(64) },
      { signature: new Uint8Array(63) },
      { signature: new Uint8Array(65) },
    ];
    for (const change of wrong)
      assert.equal(refusedWith(on, { ...good, ...change }), "registry/30");
    assert.equal(
      on.refuse(
        "MsgPublishRelease",
        releaseMsg(testKey("mallory"), name, "1.0.0", definition(), { owner: alice.address }),
      ),
      "registry/30",
    );
    on.send("MsgPublishRelease", good);
  });

  it("is checked with the user's signing key once one is set, and the old one no longer", () => {
    const { on, alice } = author();
    const hot = testKey("hot");
    publish(on, alice, "1.0.0");
    on.send("MsgRotateKey", { owner: alice.address, newKey: hot.publicKey });
    assert.equal(on.refuse("MsgPublishRelease", releaseMsg(alice, name, "1.1.0")), "registry/30");
    on.send(
      "MsgPublishRelease",
      releaseMsg(hot, name, "1.1.0", definition(), { owner: alice.address }),
    );
    const keys = ["1.0.0", "1.1.0"].map(
      (version) => findRelease(on.ctx, name, version)?.signingKey,
    );
    assert.deepEqual(keys, [new Uint8Array(alice.publicKey), new Uint8Array(hot.publicKey)]);
  });

  it("wants a signing key of its own from an account without one key", () => {
    const on = chain({ registry: { nameCommitRequired: false } });
    const multisig = testKey("multisig");
    on.run((own) => auth.ensureAccount(own, multisig.address));
    on.fund(multisig.address, 10_000_000n);
    on.send("MsgRegisterUser", { owner: multisig.address, username: "team" });
    on.send("MsgRegisterService", { owner: multisig.address, name });
    const msg = releaseMsg(multisig, name, "1.0.0");
    assert.equal(on.refuse("MsgPublishRelease", msg), "registry/29");
    on.send("MsgRotateKey", { owner: multisig.address, newKey: multisig.publicKey });
    on.send("MsgPublishRelease", msg);
  });

  it("refuses malformed fields", () => {
    const { on, alice } = author();
    const good = releaseMsg(alice, name, "1.0.0");
    const artifact = { sha256: bytes32(1), size: 10n, mediaType: "application/gzip", uri: "" };
    const wrong: [Publish, string][] = [
      [{ service: "x" }, "registry/2"],
      [{ version: "1.0" }, "registry/21"],
      [{ version: "1.0.0+b" }, "registry/21"],
      [{ definition: undefined }, "sdk/18"],
      [{ artifact: undefined }, "sdk/18"],
      [{ definition: definition({ tasks: [] }) }, "registry/24"],
      [{ definition: definition({ tasks: [{ ...echoTask, compare: 4 }] }) }, "registry/27"],
      [{ definitionHash: bytes32(0) }, "registry/26"],
      [{ definitionHash: new Uint8Array() }, "registry/26"],
      [{ artifact: { ...artifact, sha256: new Uint8Array(31) } }, "registry/28"],
      [{ artifact: { ...artifact, size: 0n } }, "registry/28"],
      [{ artifact: { ...artifact, size: 2n ** 40n + 1n } }, "registry/28"],
      [{ artifact: { ...artifact, mediaType: "" } }, "registry/28"],
      [{ artifact: { ...artifact, mediaType: "a".repeat(101) } }, "registry/28"],
      [{ artifact: { ...artifact, uri: "a".repeat(257) } }, "registry/28"],
      [{ artifact: { ...artifact, uri: "http://a b" } }, "registry/28"],
      [{ metadataHash: new Uint8Array(33) }, "registry/13"],
    ];
    for (const [change, code] of wrong) assert.equal(refusedWith(on, { ...good, ...change }), code);
  });

  it("refuses strangers, unknown services, a low price and a large definition", () => {
    const { on, alice } = author({
      registry: { minPrice: 1_000n as never, maxDefinitionBytes: 1_024 },
    });
    const bob = person(on, "bob");
    assert.equal(on.refuse("MsgPublishRelease", releaseMsg(bob, name, "1.0.0")), "registry/17");
    assert.equal(
      on.refuse("MsgPublishRelease", releaseMsg(alice, "unknown", "1.0.0")),
      "registry/16",
    );
    const priced = (perCall: string): Fields<"MsgPublishRelease"> =>
      releaseMsg(
        alice,
        name,
        "1.0.0",
        definition({ tasks: [{ ...echoTask, price: { perCall, perKib: "0" } }] }),
      );
    assert.equal(on.refuse("MsgPublishRelease", priced("999")), "registry/24");
    const long = (count: number): Fields<"MsgPublishRelease"> => {
      const tasks = Array.from({ length: count }, (_, i) => ({
        ...echoTask,
        key: `task-${10 + i}`,
      }));
      return releaseMsg(alice, name, "1.0.0", definition({ tasks }));
    };
    assert.equal(on.refuse("MsgPublishRelease", long(40)), "registry/25");
    on.send("MsgPublishRelease", priced("1000"));
  });
});

describe("registry: resolve release", () => {
  it("finds the latest of all, of a line, and an exact one", () => {
    const { on, alice } = author();
    publish(on, alice, "1.0.0", "1.2.0", "1.10.0", "2.0.0", "2.1.0-beta.1", "3.0.0-alpha", "0.9.0");
    const expected: [string, string | undefined][] = [
      ["", "2.0.0"],
      ["1", "1.10.0"],
      ["1.2", "1.2.0"],
      ["1.10", "1.10.0"],
      ["1.3", undefined],
      ["2", "2.0.0"],
      ["2.1", "2.1.0-beta.1"],
      ["3", "3.0.0-alpha"],
      ["0", "0.9.0"],
      ["4", undefined],
      ["1.0.0", "1.0.0"],
      ["3.0.0-alpha", "3.0.0-alpha"],
      ["1.0.1", undefined],
      ["01", undefined],
      ["1.", undefined],
      ["^1", undefined],
      ["1.2.3.4", undefined],
    ];
    for (const [wanted, version] of expected) assert.equal(resolved(on, wanted), version, wanted);
    assert.equal(highestActiveRelease(on.ctx, name)?.version, "2.0.0");
    assert.equal(resolveRelease(on.ctx, "unknown", ""), undefined);
    assert.equal(resolveRelease(on.ctx, "unknown", "1.0.0"), undefined);
  });

  it("passes over deprecated ones, which only their exact version names, and over yanked ones", () => {
    const { on, alice } = author();
    publish(on, alice, "1.0.0", "1.1.0", "1.2.0");
    setStatus(on, alice, "1.2.0", 2);
    assert.equal(resolved(on, ""), "1.1.0");
    assert.equal(resolved(on, "1.2.0"), "1.2.0");
    setStatus(on, alice, "1.2.0", 1);
    assert.equal(resolved(on, ""), "1.2.0");
    setStatus(on, alice, "1.2.0", 3);
    setStatus(on, alice, "1.1.0", 3);
    assert.equal(resolved(on, "1"), "1.0.0");
    assert.equal(resolved(on, "1.2.0"), undefined);
    setStatus(on, alice, "1.0.0", 3);
    assert.equal(resolved(on, ""), undefined);
    assert.equal(findService(on.ctx, name)?.latestVersion, "");
    assert.equal(findRelease(on.ctx, name, "1.0.0")?.status, 3);
    assert.deepEqual(on.broken(), []);
  });

  it("finds nothing of a service that was given back", () => {
    const { on, alice } = author();
    publish(on, alice, "1.0.0");
    on.send("MsgRetireName", { owner: alice.address, kind: service, name });
    for (const wanted of ["", "1", "1.0.0"]) assert.equal(resolved(on, wanted), undefined);
    assert.equal(findRelease(on.ctx, name, "1.0.0")?.version, "1.0.0");
    assert.deepEqual(on.broken(), []);
  });
});

describe("registry: set release status", () => {
  it("keeps the reason", () => {
    const { on, alice } = author();
    publish(on, alice, "1.0.0");
    const msg = { owner: alice.address, service: name, version: "1.0.0", status: 2 as const };
    on.send("MsgSetReleaseStatus", { ...msg, reason: "use 2.0.0" });
    assert.equal(findRelease(on.ctx, name, "1.0.0")?.statusReason, "use 2.0.0");
    assert.deepEqual(on.events("release_status_set"), [
      { service: name, version: "1.0.0", status: "deprecated" },
    ]);
    assert.equal(on.signer("MsgSetReleaseStatus", msg), alice.address);
  });

  it("refuses a way back from yanked", () => {
    const { on, alice } = author();
    publish(on, alice, "1.0.0");
    setStatus(on, alice, "1.0.0", 3);
    for (const status of [1, 2, 3] as const) {
      const msg = { owner: alice.address, service: name, version: "1.0.0", status };
      assert.equal(on.refuse("MsgSetReleaseStatus", msg), "registry/33");
    }
  });

  it("refuses strangers, unknown releases, statuses and a long reason", () => {
    const { on, alice } = author();
    publish(on, alice, "1.0.0");
    const msg = {
      owner: alice.address,
      service: name,
      version: "1.0.0",
      status: 2 as const,
      reason: "",
    };
    const refused = (change: Partial<typeof msg> | { status: number }): string =>
      on.refuse("MsgSetReleaseStatus", { ...msg, ...change } as typeof msg);
    assert.equal(refused({ owner: person(on, "bob").address }), "registry/17");
    assert.equal(refused({ service: "unknown" }), "registry/16");
    assert.equal(refused({ service: "x" }), "registry/2");
    assert.equal(refused({ version: "1.0.1" }), "registry/31");
    assert.equal(refused({ version: "one" }), "registry/21");
    assert.equal(refused({ status: 0 }), "registry/32");
    assert.equal(refused({ status: 4 }), "registry/32");
    assert.equal(refused({ reason: "a".repeat(257) }), "registry/34");
    assert.equal(refused({ reason: "é".repeat(129) }), "registry/34");
    on.send("MsgSetReleaseStatus", { ...msg, reason: "é".repeat(128) });
  });
});

describe("registry: queries of releases", () => {
  it("read one by version or line, a yanked one by its version alone, and all by publication", () => {
    const { on, alice } = author();
    publish(on, alice, "2.0.0", "1.0.0", "1.1.0");
    setStatus(on, alice, "1.1.0", 3);
    const one = (version: string): string | undefined =>
      on.ask(
        "/assay.registry.v1.Query/Release",
        QueryReleaseRequest.encode({ service: name, version }).finish(),
        QueryReleaseResponse,
      ).release?.version;
    assert.equal(one(""), "2.0.0");
    assert.equal(one("1"), "1.0.0");
    assert.equal(one("1.1.0"), "1.1.0");
    assert.throws(() => one("9"), /NotFound/);
    const { releases, pagination } = on.ask(
      "/assay.registry.v1.Query/Releases",
      QueryReleasesRequest.encode(QueryReleasesRequest.fromPartial({ service: name })).finish(),
      QueryReleasesResponse,
    );
    assert.deepEqual(
      releases.map(({ version }) => version),
      ["2.0.0", "1.0.0", "1.1.0"],
    );
    assert.equal(pagination?.total, 3n);
  });
});
