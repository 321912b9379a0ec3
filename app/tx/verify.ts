import { sdkErrors, type TxError } from "../../core/errors.ts";
import { SignMode, type ModeInfo } from "../../proto/cosmos.ts";
import { nativeSha256 } from "../crypto/hash.ts";
import type { SignatureJob } from "../crypto/verifyPool.ts";
import type { DecodedTx, Verified } from "./decode.ts";
import type { SigningKey } from "./keys.ts";
import { memberSignatures, signingMembers, type Multisig } from "./multisig.ts";
import { aminoDoc, directDoc } from "./signDoc.ts";

/** Whose signature it is, beside the key. */
type Signer = Omit<Verified, "key">;

/**
 * What must hold for signature `index` to be good: every job, each a signature of one key. A text says what is wrong
 * before any of them is looked at; sdk/4 is thrown for what the sign mode cannot say.
 */
export function signatureJobs(
  tx: DecodedTx,
  index: number,
  key: SigningKey,
  signer: Signer,
): readonly SignatureJob[] | string {
  const mode = tx.authInfo.signerInfos[index]?.modeInfo;
  const signature = tx.raw.signatures[index] ?? new Uint8Array();
  if (!(key instanceof Uint8Array)) return multisigJobs(tx, index, key, signer);
  if (mode?.multi !== undefined) return "expected a single signature, got a multisignature";
  const digest = digestOf(tx, index, mode, signer);
  return typeof digest === "string" ? digest : [{ publicKey: key, digest, signature }];
}

function multisigJobs(
  tx: DecodedTx,
  index: number,
  key: Multisig,
  signer: Signer,
): readonly SignatureJob[] | string {
  const multi = tx.authInfo.signerInfos[index]?.modeInfo?.multi;
  if (multi === undefined) return "expected a multisignature, got a single one";
  const signatures = memberSignatures(tx.registry, tx.raw.signatures[index] ?? new Uint8Array());
  if (typeof signatures === "string") return signatures;
  const signing = signingMembers(key, multi.bitarray, signatures.length);
  if (typeof signing === "string") return signing;
  if (multi.modeInfos.length !== signing.length)
    return `mode infos: expected ${signing.length}, got ${multi.modeInfos.length}`;
  const jobs: SignatureJob[] = [];
  const digests = new Map<number | undefined, Uint8Array>();
  for (const [i, member] of signing.entries()) {
    const mode = multi.modeInfos[i]?.single?.mode;
    const digest = digests.get(mode) ?? digestOf(tx, index, multi.modeInfos[i], signer);
    if (typeof digest === "string") return digest;
    digests.set(mode, digest);
    const [publicKey, signature] = [key.members[member], signatures[i]];
    if (publicKey === undefined || signature === undefined) return "expected a member's signature";
    jobs.push({ publicKey, digest, signature });
  }
  return jobs;
}

/** sha256 of what the mode signs. */
function digestOf(
  tx: DecodedTx,
  index: number,
  info: ModeInfo | undefined,
  signer: Signer,
): Uint8Array | string {
  const mode = info?.single?.mode;
  if (mode === SignMode.SIGN_MODE_DIRECT) return nativeSha256(directDoc(tx, signer));
  if (mode === SignMode.SIGN_MODE_LEGACY_AMINO_JSON)
    return nativeSha256(aminoDoc(tx, index, signer));
  return mode === undefined ? "expected a sign mode, got none" : `unsupported sign mode ${mode}`;
}

/** sdk/4 in the SDK's words, which wallets show; `reason` where the form is wrong already. */
export function badSignature(
  tx: DecodedTx,
  index: number,
  { accountNumber, chainId }: Signer,
  reason?: string,
): TxError {
  const info = tx.authInfo.signerInfos[index];
  const amino = isAmino(info?.modeInfo);
  const sequence = amino ? `, sequence (${info?.sequence ?? 0n})` : "";
  const shown = reason ?? (amino ? undefined : "unable to verify single signer signature");
  const why = shown === undefined ? "" : `: (${shown})`;
  return sdkErrors.unauthorized(
    `signature verification failed; please verify account number (${accountNumber})${sequence} and chain-id (${chainId})${why}: unauthorized`,
  );
}

/** Whether all that signed did so in amino, which puts the sequence into what they signed. */
function isAmino(info: ModeInfo | undefined): boolean {
  const infos = info?.multi?.modeInfos ?? (info === undefined ? [] : [info]);
  return (
    infos.length > 0 &&
    infos.every(({ single }) => single?.mode === SignMode.SIGN_MODE_LEGACY_AMINO_JSON)
  );
}
