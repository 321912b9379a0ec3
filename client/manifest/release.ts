import { utf8Encode } from "../../core/bytes.ts";
import { taggedHash } from "../../core/crypto/hash.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import {
  Compare,
  Definition,
  Role,
  type Artifact,
} from "../../proto/gen/assay/registry/v1/registry.ts";
import type { Manifest } from "./manifest.ts";

/** The definition that a manifest stands for, as the chain stores it. */
export function definitionOf(manifest: Manifest): Definition {
  return {
    tasks: manifest.tasks.map((task) => ({
      key: task.key,
      compare: task.compare === "FIELDS" ? Compare.COMPARE_FIELDS : Compare.COMPARE_EXACT,
      verifyTask: "",
      fields: [...task.fields],
      price: { perCall: task.perCall.toString(), perKib: task.perKib.toString() },
      maxInput: task.maxInput,
      maxOutput: task.maxOutput,
      commitBlocks: task.commitBlocks,
      revealBlocks: task.revealBlocks,
      minValidators: task.minValidators,
      runtimeClass: task.runtimeClass,
    })),
    events: [],
    roles: [Role.ROLE_EXECUTOR, Role.ROLE_VALIDATOR],
    minBond: manifest.minBond.toString(),
    minCommitmentMs: manifest.minCommitmentMs,
    authorShare: manifest.authorShare.toString(),
  };
}

/** H("definition", canonical bytes). */
export function definitionHash(definition: Definition): Uint8Array {
  return taggedHash("definition", Definition.encode(definition).finish());
}

/** What the author signs (PROTOCOL 4); 32 bytes. */
export function releaseDigest(release: {
  readonly chainId: string;
  readonly service: string;
  readonly version: string;
  readonly definitionHash: Uint8Array;
  readonly artifactSha256: Uint8Array;
  readonly metadataHash: Uint8Array;
}): Uint8Array {
  const {
    chainId,
    service,
    version,
    definitionHash: definition,
    artifactSha256,
    metadataHash,
  } = release;
  return taggedHash("release", chainId, service, version, definition, artifactSha256, metadataHash);
}

/** The manifest's own bytes are the artifact of a service that runs elsewhere. */
export function manifestArtifact(manifestFile: Uint8Array): Artifact {
  return {
    sha256: sha256(manifestFile),
    size: BigInt(manifestFile.length),
    mediaType: "application/yaml",
    uri: "",
  };
}

/** The off-chain metadata document; the chain keeps its hash. */
export function metadataDocument({ name, description, tasks }: Manifest): Uint8Array {
  return utf8Encode(
    JSON.stringify({ description, tasks: tasks.map(({ key }) => key), title: name }),
  );
}
