import { taggedHash } from "../../../../core/crypto/hash.ts";
import { Compare, NameKind } from "../../../../modules/registry/index.ts";
import type { TaskDefinition } from "../../../../proto/gen/assay/registry/v1/registry.ts";
import { Definition } from "../../../../proto/gen/assay/registry/v1/registry.ts";
import { testChainId } from "../../../support/ctx.ts";
import type { TestKey } from "../../../support/keys.ts";
import type { Chain, Fields } from "./world.ts";

export const bytes32 = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
export const salt = bytes32(9);
export const user = NameKind.NAME_KIND_USER;
export const service = NameKind.NAME_KIND_SERVICE;

/** The commitment as any client would make it, without the module's help. */
export function commitmentOf(kind: "user" | "service", name: string, owner: string): Uint8Array {
  return taggedHash("name", kind, name, owner, salt);
}

type TaskFields = NonNullable<Parameters<typeof TaskDefinition.fromPartial>[0]>;
type DefinitionFields = Parameters<typeof Definition.fromPartial>[0];

/** A task that passes every check; min_bond is exactly 1,000 times its highest price. */
export const echoTask: TaskFields = {
  key: "echo",
  compare: Compare.COMPARE_EXACT,
  price: { perCall: "1000", perKib: "10" },
  maxInput: 16_384,
  maxOutput: 16_384,
  commitBlocks: 20,
  revealBlocks: 60,
  minValidators: 0,
};

export function definition(changes: DefinitionFields = {}): Definition {
  return Definition.fromPartial({
    tasks: [echoTask],
    events: [],
    roles: [1, 2],
    minBond: "1160000",
    minCommitmentMs: 60_000n,
    authorShare: "100000000000000000",
    ...changes,
  });
}

/** A signed MsgPublishRelease of this definition; `changes` come after the signature. */
export function releaseMsg(
  owner: TestKey,
  name: string,
  version: string,
  of: Definition = definition(),
  changes: Partial<Fields<"MsgPublishRelease">> = {},
): Fields<"MsgPublishRelease"> {
  const definitionHash = taggedHash("definition", Definition.encode(of).finish());
  const artifact = { sha256: bytes32(1), size: 10n, mediaType: "application/gzip", uri: "" };
  const metadataHash = bytes32(2);
  const digest = taggedHash(
    "release",
    testChainId,
    name,
    version,
    definitionHash,
    artifact.sha256,
    metadataHash,
  );
  return {
    owner: owner.address,
    service: name,
    version,
    definition: of,
    definitionHash,
    artifact,
    metadataHash,
    signature: owner.sign(digest),
    ...changes,
  };
}

/** Registers a user by commit and register, as the default parameters ask. */
export function registerUser(on: Chain, owner: TestKey, username: string): void {
  const { address } = owner;
  on.send("MsgCommitName", {
    committer: address,
    commitment: commitmentOf("user", username, address),
  });
  on.next();
  on.send("MsgRegisterUser", { owner: address, username, salt });
}

export function registerService(on: Chain, owner: TestKey, name: string): void {
  const { address } = owner;
  on.send("MsgCommitName", {
    committer: address,
    commitment: commitmentOf("service", name, address),
  });
  on.next();
  on.send("MsgRegisterService", { owner: address, name, salt });
}

/** A user with a service that has one release. */
export function publishEcho(
  on: Chain,
  owner: TestKey,
  name = "echo-demo",
  version = "1.0.0",
): void {
  registerUser(on, owner, "author");
  registerService(on, owner, name);
  on.send("MsgPublishRelease", releaseMsg(owner, name, version));
}
