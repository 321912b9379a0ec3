import type { Ctx } from "../../core/context.ts";
import { sdkErrors } from "../../core/errors.ts";
import * as auth from "../../modules/auth/index.ts";
import type { SignerInfo } from "../../proto/cosmos.ts";
import { base64Text } from "../crypto/nativeBytes.ts";
import type { AnteMode } from "./ante.ts";
import type { CheckedTx } from "./checkedTx.ts";
import type { DecodedTx } from "./decode.ts";
import { txSequence, txSignature } from "./events.ts";
import { dummyKey, keyBytes, publicKeyOf, signingKeyOf, type PublicKey } from "./keys.ts";
import { bitCount, bitsSet } from "./multisig.ts";
import { badSignature, signatureJobs } from "./verify.ts";

/** The key of each signer_info; undefined where it names none, in a simulation where there is none. */
type Keys = readonly (PublicKey | undefined)[];

type Rules = {
  readonly mode: AnteMode;
  readonly params: auth.Params;
  readonly keys: Keys;
};

/** Steps 8: a key belongs to its signer and is stored at its first use. */
export function storePublicKeys(ctx: Ctx, { tx, signers }: CheckedTx, mode: AnteMode): Keys {
  const { signerInfos } = tx.authInfo;
  const keys = [...tx.publicKeys];
  for (const [i, signer] of signers.entries()) {
    const key = keys[i];
    if (key === undefined && mode !== "simulate") continue;
    if (key !== undefined && key.type !== "ed25519" && key.address !== signer) {
      throw sdkErrors.invalidPubKey(
        `pubKey does not match signer address ${signer} with signer index: ${i}: invalid pubkey`,
      );
    }
    const { anyPubKey } = auth.requireAccount(ctx, signer);
    if (anyPubKey !== undefined) keys[i] ??= publicKeyOf(anyPubKey);
    if (anyPubKey !== undefined || key?.type === "ed25519") continue;
    auth.setPubKey(ctx, signer, key?.type === "multisig" ? key.any : (key?.bytes ?? dummyKey));
  }
  // Nobody reads the events of what waits.
  if (mode !== "deliver" && mode !== "simulate") return keys;
  for (const [i, signer] of signers.entries()) {
    ctx.events.add(txSequence(signer, signerInfos[i]?.sequence ?? 0n));
    ctx.events.add(txSignature(base64Text(tx.raw.signatures[i] ?? new Uint8Array())));
  }
  return keys;
}

/** Steps 9 to 11: how many keys, what they cost, and whether they signed. */
export function checkSignatures(ctx: Ctx, checked: CheckedTx, rules: Rules): void {
  const { signers, tx } = checked;
  const { mode, params, keys } = rules;
  const { signerInfos } = tx.authInfo;
  let count = 0n;
  for (const i of signers.keys()) count += BigInt(keyCount(keys[i], signerInfos[i]));
  if (count > params.txSigLimit) {
    throw sdkErrors.tooManySignatures(
      `signatures: ${count}, limit: ${params.txSigLimit}: maximum number of signatures exceeded`,
    );
  }
  for (const [i, key] of keys.entries()) {
    if (key?.type !== "ed25519") {
      const signed = BigInt(signatureCount(key, signerInfos[i]));
      ctx.gas.consume(params.sigVerifyCostSecp256k1 * signed, "ante verify: secp256k1");
      continue;
    }
    ctx.gas.consume(params.sigVerifyCostEd25519, "ante verify: ed25519");
    throw sdkErrors.invalidPubKey("ED25519 public keys are unsupported: invalid pubkey");
  }
  for (const [i, signer] of signers.entries()) {
    const account = auth.requireAccount(ctx, signer);
    const info = signerInfos[i];
    if (account.anyPubKey === undefined) {
      throw sdkErrors.invalidPubKey("pubkey on account is not set: invalid pubkey");
    }
    const sequence = info?.sequence ?? 0n;
    if (sequence !== account.sequence) {
      throw sdkErrors.wrongSequence(
        `account sequence mismatch, expected ${account.sequence}, got ${sequence}: incorrect account sequence`,
      );
    }
    if (mode === "simulate" || mode === "recheck" || info === undefined) continue;
    verify(ctx, tx, i, account);
  }
}

/** A stored key that is not named counts by the bits of its signature: another size of them fails later. */
function keyCount(key: PublicKey | undefined, info: SignerInfo | undefined): number {
  const bits = bitCount(info?.modeInfo?.multi?.bitarray);
  return Math.max(1, bits, key?.type === "multisig" ? key.members.length : 1);
}

/** Of a multisig only those who signed are paid for; before anybody signed, as if all would. */
function signatureCount(key: PublicKey | undefined, info: SignerInfo | undefined): number {
  const multi = info?.modeInfo?.multi;
  if (multi !== undefined) return bitsSet(multi.bitarray).length;
  return key?.type === "multisig" ? key.members.length : 1;
}

/** Throws sdk/4 where signature `index` is not one of the account's stored key. */
export function verify(ctx: Ctx, tx: DecodedTx, index: number, account: auth.Account): void {
  const { chainId, height } = ctx.block;
  // Transactions of genesis are signed before any account has a number.
  const accountNumber = height === 0n ? 0n : account.accountNumber;
  const signer = { accountNumber, chainId };
  const key = signingKeyOf(account);
  if (key === undefined) throw badSignature(tx, index, signer, "unsupported public key");
  const by = { ...signer, key: keyBytes(key) };
  if (tx.isVerified(index, by)) return;
  const jobs = signatureJobs(tx, index, key, signer);
  if (typeof jobs === "string") throw badSignature(tx, index, signer, jobs);
  for (const { publicKey, digest, signature } of jobs) {
    if (!ctx.crypto.verifySecp256k1(publicKey, digest, signature))
      throw badSignature(tx, index, signer);
  }
  tx.setVerified(index, by);
}
