import { utf8Encode } from "../../../core/bytes.ts";
import { taggedHash } from "../../../core/crypto/hash.ts";
import { sha256 } from "../../../core/crypto/sha256.ts";
import { one } from "../../../core/math/dec.ts";
import {
  Compare,
  definitionHash,
  Definition as OwnDefinition,
  highestActiveRelease,
  nameCommitment,
  NameKind,
  ReleaseStatus,
} from "../../../modules/registry/index.ts";
import { params, releases, services, users } from "../../../modules/registry/state.ts";
import { Definition } from "../../../proto/gen/assay/registry/v1/registry.ts";
import * as wire from "../../../proto/gen/assay/registry/v1/tx.ts";
import type { Any } from "../../../proto/cosmos.ts";
import type { TestKey } from "../../support/keys.ts";
import type { World } from "../world.ts";

const type = (name: string): string => `/assay.registry.v1.${name}`;
const salt = sha256(utf8Encode("salt of names"));
const kinds = [NameKind.NAME_KIND_USER, NameKind.NAME_KIND_SERVICE] as const;
export const taskKeys = ["exact", "fields"] as const;

export const mainServices = ["main-demo", "other-demo"] as const;

/** Short windows, both ways of comparing. */
function definitionOf(world: World, version: number): Definition {
  const { luck } = world;
  const task = (key: string, compare: number): object => ({
    key,
    compare,
    fields: compare === Compare.COMPARE_FIELDS ? ["/answer"] : [],
    price: { perCall: luck.pick(["1000", "1000", "333"]), perKib: luck.pick(["0", "7"]) },
    maxInput: 4_096,
    maxOutput: 2_048,
    commitBlocks: luck.between(5, 8),
    revealBlocks: luck.between(5, 8),
    minValidators: version % 3 === 2 ? 1 : 0,
  });
  return Definition.fromPartial({
    tasks: [task("exact", Compare.COMPARE_EXACT), task("fields", Compare.COMPARE_FIELDS)],
    roles: [1, 2],
    minBond: "1028000",
    minCommitmentMs: 60_000n,
    authorShare: ((one * BigInt(luck.pick([0, 100, 200]))) / 1000n).toString(),
  });
}

export function publishOf(
  world: World,
  owner: TestKey,
  service: string,
  version: string,
  flaw: "none" | "signature" | "hash" = "none",
): Any {
  const definition = definitionOf(world, Number(version.split(".")[1] ?? 0));
  const own = OwnDefinition.decode(Definition.encode(definition).finish());
  const hash = definitionHash(own);
  const artifact = {
    sha256: sha256(utf8Encode(version)),
    size: 8n,
    mediaType: "application/gzip",
    uri: "",
  };
  const metadataHash = sha256(utf8Encode("metadata"));
  const parts = [world.net.chainId, service, version, hash, artifact.sha256, metadataHash];
  const signature = owner.sign(taggedHash("release", ...parts));
  if (flaw === "signature") signature[40] = (signature[40] ?? 0) ^ 1;
  return world.message(type("MsgPublishRelease"), wire.MsgPublishRelease, {
    ...{ owner: owner.address, service, version, definition, artifact, metadataHash, signature },
    definitionHash: flaw === "hash" ? metadataHash : hash,
  });
}

export function commitNameOf(world: World, owner: TestKey, kind: NameKind, name: string): Any {
  const commitment = nameCommitment(kind, name, owner.address, salt);
  const fields = { committer: owner.address, commitment };
  return world.message(type("MsgCommitName"), wire.MsgCommitName, fields);
}

export function registerOf(world: World, owner: TestKey, kind: NameKind, name: string): Any {
  const { address } = owner;
  return kind === NameKind.NAME_KIND_USER
    ? world.message(type("MsgRegisterUser"), wire.MsgRegisterUser, {
        ...{ owner: address, username: name, salt: saltFor(world) },
      })
    : world.message(type("MsgRegisterService"), wire.MsgRegisterService, {
        ...{ owner: address, name, salt: saltFor(world) },
      });
}

function saltFor(world: World): Uint8Array {
  return params.get(world.ctx).nameCommitRequired ? salt : new Uint8Array();
}

/** Names and releases as their authors tend them, well and badly. */
export function actOnServices(world: World): void {
  const { luck, cast } = world;
  if (!luck.hits(80)) return;
  const owner = luck.pick([...cast.authors, ...cast.users]);
  switch (luck.below(10)) {
    case 0:
    case 1:
      return tendNames(world, owner);
    case 2:
    case 3:
    case 4:
      return publish(world);
    case 5:
      return setStatus(world);
    case 6:
      return transferName(world, owner);
    case 7: {
      const kind = luck.pick(kinds);
      const name = luck.pick(namesOf(world, kind));
      const fields = { owner: owner.address, kind, name };
      const retire = world.message(type("MsgRetireName"), wire.MsgRetireName, fields);
      world.send(owner, [retire]);
      return;
    }
    case 8: {
      const profile = { owner: owner.address, profileHash: luck.bytes(32) };
      const update = world.message(type("MsgUpdateProfile"), wire.MsgUpdateProfile, profile);
      world.send(owner, [update]);
      return;
    }
    default: {
      const newKey = luck.hits(300) ? luck.pick(cast.users).publicKey : owner.publicKey;
      const fields = { owner: owner.address, newKey };
      world.send(owner, [world.message(type("MsgRotateKey"), wire.MsgRotateKey, fields)]);
    }
  }
}

function namesOf(world: World, kind: number): string[] {
  const { ctx } = world;
  const taken =
    kind === NameKind.NAME_KIND_USER
      ? [...users.keys(ctx)]
      : [...services.keys(ctx)].filter((name) => !mainServices.some((main) => main === name));
  return [...taken, `name-${world.luck.below(12)}`];
}

function tendNames(world: World, owner: TestKey): void {
  const { luck } = world;
  const kind = luck.pick(kinds);
  const name = luck.hits(50) ? "bad--name" : `name-${luck.below(12)}`;
  const message = luck.hits(500)
    ? commitNameOf(world, owner, kind, name)
    : registerOf(world, owner, kind, name);
  world.send(owner, [message]);
}

function transferName(world: World, owner: TestKey): void {
  const { luck, cast } = world;
  const kind = luck.pick(kinds);
  const name = luck.pick(namesOf(world, kind));
  const to = luck.pick(cast.users);
  const { address } = owner;
  const message = luck.hits(500)
    ? world.message(type("MsgOfferName"), wire.MsgOfferName, {
        ...{ owner: address, kind, name, to: to.address },
      })
    : world.message(type("MsgAcceptName"), wire.MsgAcceptName, { newOwner: address, kind, name });
  world.send(owner, [message]);
}

function ownerOf(world: World, service: string): TestKey | undefined {
  const owner = services.get(world.ctx, service)?.owner;
  return world.everybody.find(({ address }) => address === owner);
}

function publish(world: World): void {
  const { luck } = world;
  const service = luck.pick([...services.keys(world.ctx)]);
  const owner = ownerOf(world, service);
  if (owner === undefined) return;
  const count = Number(services.get(world.ctx, service)?.releases ?? 0n);
  const minor = luck.hits(100) ? luck.below(count + 1) : count;
  const flaw = luck.pick(["none", "none", "none", "signature", "hash"] as const);
  if (flaw !== "none") world.tallies.add(`fault: release with a wrong ${flaw}`);
  world.send(owner, [publishOf(world, owner, service, `1.${minor}.0`, flaw)]);
}

/** The last active release of the main services stays: without one nothing is asked. */
function setStatus(world: World): void {
  const { luck, ctx } = world;
  const all = [...releases.keys(ctx)];
  if (all.length === 0) return;
  const [service, version] = luck.pick(all);
  if (highestActiveRelease(ctx, service)?.version === version) return;
  const owner = ownerOf(world, service);
  if (owner === undefined) return;
  const status = luck.pick([
    ReleaseStatus.RELEASE_STATUS_ACTIVE,
    ReleaseStatus.RELEASE_STATUS_DEPRECATED,
    ReleaseStatus.RELEASE_STATUS_YANKED,
  ]);
  const fields = { owner: owner.address, service, version, status, reason: "because" };
  world.send(owner, [world.message(type("MsgSetReleaseStatus"), wire.MsgSetReleaseStatus, fields)]);
}
