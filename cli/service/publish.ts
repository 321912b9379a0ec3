import { Secp256k1 } from "@cosmjs/crypto";
import type { EncodeObject } from "@cosmjs/proto-signing";
import fs from "node:fs";
import { equalBytes } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import {
  QueryError,
  registryMessages,
  userError,
  type AssayClient,
  type TxOutcome,
} from "../../client/index.ts";
import { loadManifest } from "../../client/manifest/file.ts";
import type { Manifest } from "../../client/manifest/manifest.ts";
import {
  definitionHash,
  definitionOf,
  manifestArtifact,
  metadataDocument,
  releaseDigest,
} from "../../client/manifest/release.ts";
import type { MsgPublishRelease } from "../../proto/gen/assay/registry/v1/tx.ts";

export type Publication = {
  readonly manifest: Manifest;
  /** undefined when this very release was there before. */
  readonly outcome: TxOutcome | undefined;
  readonly registered: readonly string[];
};

/**
 * Publishes the release that service.yml describes, in one transaction; registers the user (`username`, or the
 * first 20 characters of "user-<address>") and the service where they do not exist yet. Where names need a
 * commitment first, the user and the service must be registered before.
 *
 * @param privateKey the author's: it signs the release itself, apart from the transaction
 */
export async function publishService(
  client: AssayClient,
  privateKey: Uint8Array,
  file: string,
  username?: string,
): Promise<Publication> {
  const manifest = loadManifest(file);
  const owner = client.sender.address;
  const release = await releaseMessage(
    client.chainId,
    privateKey,
    owner,
    manifest,
    fs.readFileSync(file),
  );
  const existing = await absent(
    client.registry.release({ service: manifest.sid, version: manifest.version }),
  );
  if (existing?.release !== undefined) {
    if (equalBytes(existing.release.definitionHash, release.definitionHash))
      return { manifest, outcome: undefined, registered: [] };
    throw userError("E4011", {
      field: "version",
      expected: `a version that was not published: ${manifest.sid}@${manifest.version} exists with another definition`,
      actual: manifest.version,
    });
  }
  const messages: EncodeObject[] = [];
  const registered: string[] = [];
  if ((await absent(client.registry.userByOwner({ owner }))) === undefined) {
    const name = username ?? `user-${owner.slice(-12)}`;
    messages.push(registryMessages.registerUser({ owner, username: name }));
    registered.push(`user ${name}`);
  }
  const service = await absent(client.registry.service({ name: manifest.sid }));
  if (service === undefined) {
    const metadataHash = sha256(metadataDocument(manifest));
    messages.push(registryMessages.registerService({ owner, name: manifest.sid, metadataHash }));
    registered.push(`service ${manifest.sid}`);
  } else if (service.service?.owner !== owner) {
    throw userError("E4011", {
      field: "sid",
      expected: `a name of yours: ${manifest.sid} belongs to ${service.service?.owner}`,
      actual: manifest.sid,
    });
  }
  messages.push(registryMessages.publishRelease(release));
  return { manifest, outcome: await client.send(messages), registered };
}

async function releaseMessage(
  chainId: string,
  privateKey: Uint8Array,
  owner: string,
  manifest: Manifest,
  bytes: Uint8Array,
): Promise<MsgPublishRelease> {
  const definition = definitionOf(manifest);
  const artifact = manifestArtifact(bytes);
  const metadataHash = sha256(metadataDocument(manifest));
  const hash = definitionHash(definition);
  const { sid: service, version } = manifest;
  const digest = releaseDigest({
    chainId,
    service,
    version,
    definitionHash: hash,
    artifactSha256: artifact.sha256,
    metadataHash,
  });
  const signed = await Secp256k1.createSignature(digest, privateKey);
  // Not Secp256k1Signature: it refuses the padded numbers of one signature in 128.
  const signature = Uint8Array.from([...signed.r(32), ...signed.s(32)]);
  return {
    owner,
    service,
    version,
    definition,
    definitionHash: hash,
    artifact,
    metadataHash,
    signature,
  };
}

/** undefined where the chain says that there is no such thing. */
export async function absent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof QueryError && error.notFound) return undefined;
    throw error;
  }
}
