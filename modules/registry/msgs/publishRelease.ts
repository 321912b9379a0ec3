import { equalBytes } from "../../../core/bytes.ts";
import { proto } from "../../../core/codec.ts";
import type { ReadCtx } from "../../../core/context.ts";
import { taggedHash } from "../../../core/crypto/hash.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgPublishReleaseResponse } from "../../../proto/gen/assay/registry/v1/tx.ts";
import { getAccount } from "../../auth/index.ts";
import { checkArtifact } from "../artifact.ts";
import { checkHash, checkName, checkVersion } from "../checks.ts";
import { checkAgainstParams, checkDefinition, definitionHash } from "../definition.ts";
import { errors } from "../errors.ts";
import { releasePublished } from "../events.ts";
import { requireOwnService, requireUserOf } from "../name.ts";
import { addRelease, findRelease } from "../releases.ts";
import { lines, params } from "../state.ts";
import { Definition, MsgPublishRelease, ReleaseStatus, type Release, type User } from "../types.ts";
import { compareVersions, parseVersion } from "../versions.ts";

/** One more signature check than the transaction's own. */
const signatureGas = 1_000n;

export const publishRelease = defineMsg({
  typeUrl: "/assay.registry.v1.MsgPublishRelease",
  request: MsgPublishRelease,
  response: proto(MsgPublishReleaseResponse),
  gas: signatureGas,
  signer: (msg) => msg.owner,
  validate(msg) {
    checkName("service", msg.service);
    checkVersion(msg.version);
    checkDefinition(msg.definition);
    if (!equalBytes(msg.definitionHash, definitionHash(msg.definition))) {
      throw errors.definitionHashMismatch("definition_hash: expected the hash of definition");
    }
    checkArtifact(msg.artifact);
    checkHash("metadata_hash", msg.metadataHash);
    if (msg.signature.length === 64) return;
    throw errors.invalidSignature(`signature: expected 64 bytes, got ${msg.signature.length}`);
  },
  handle(ctx, msg) {
    const service = requireOwnService(ctx, msg.service, msg.owner);
    const { maxDefinitionBytes, minPrice } = params.get(ctx);
    const size = Definition.encode(msg.definition).length;
    if (size > maxDefinitionBytes) {
      throw errors.definitionTooLarge(
        `definition: expected at most ${maxDefinitionBytes} bytes, got ${size}`,
      );
    }
    checkAgainstParams(msg.definition, minPrice);
    const major = requireAboveLine(ctx, msg.service, msg.version);
    const signingKey = keyOf(ctx, requireUserOf(ctx, msg.owner));
    const { owner, ...signed } = msg;
    const release: Release = {
      ...signed,
      signingKey,
      publisher: owner,
      status: ReleaseStatus.RELEASE_STATUS_ACTIVE,
      statusReason: "",
      publishedHeight: ctx.block.height,
      publishedMs: ctx.block.timeMs,
    };
    if (!ctx.crypto.verifySecp256k1(signingKey, releaseDigest(ctx, release), msg.signature)) {
      throw errors.invalidSignature("signature: expected one by the owner's signing key");
    }

    addRelease(ctx, service, release, major);
    const { version, definitionHash: hash } = msg;
    emit(ctx, releasePublished, { service: msg.service, version, definitionHash: hash });
    return {};
  },
});

/** What the author signs: enough to verify a download without the chain (PROTOCOL 4). */
function releaseDigest(ctx: ReadCtx, release: Release): Uint8Array {
  const { service, version, definitionHash: hash, artifact, metadataHash } = release;
  const { chainId } = ctx.block;
  return taggedHash("release", chainId, service, version, hash, artifact.sha256, metadataHash);
}

/** The major number; refuses what is not above every version ever published in that line. */
function requireAboveLine(ctx: ReadCtx, service: string, version: string): bigint {
  const major = parseVersion(version)?.major ?? 0n;
  const highest = lines.get(ctx, [service, major]);
  if (highest === undefined) return major;
  if (findRelease(ctx, service, version) !== undefined) {
    throw errors.versionTaken(`version: expected a new one, got ${version}`);
  }
  if (compareVersions(version, highest) > 0) return major;
  throw errors.versionNotAbove(`version: expected above ${highest}, got ${version}`);
}

/** The user's own signing key, else the account's; a multisig account has none and must set one. */
function keyOf(ctx: ReadCtx, user: User): Uint8Array {
  if (user.signingKey.length > 0) return user.signingKey;
  const key = getAccount(ctx, user.owner)?.pubKey;
  if (key?.length === 33) return key;
  throw errors.noSigningKey("signing_key: expected one of the user or of its account, got none");
}
