import type { Ctx } from "../../core/context.ts";
import { sdkErrors } from "../../core/errors.ts";
import * as auth from "../../modules/auth/index.ts";
import { SignDoc, SignMode } from "../../proto/cosmos.ts";
import { nativeSha256 } from "../crypto/hash.ts";
import type { AnteMode } from "./ante.ts";
import { base64 } from "./base64.ts";
import type { CheckedTx } from "./checkedTx.ts";
import type { DecodedTx, Verified } from "./decode.ts";
import { txSequence, txSignature } from "./events.ts";
import { dummyKey, type PublicKey } from "./keys.ts";

/** The key of each signer_info, undefined where it names none. */
type Keys = readonly (PublicKey | undefined)[];

type Rules = {
  readonly mode: AnteMode;
  readonly params: auth.Params;
  readonly keys: Keys;
};

/** Steps 8: a key belongs to its signer and is stored at its first use. */
export function storePublicKeys(ctx: Ctx, { tx, signers }: CheckedTx, mode: AnteMode): Keys {
  const { signerInfos } = tx.authInfo;
  const keys = tx.publicKeys;
  for (const [i, signer] of signers.entries()) {
    const key = keys[i];
    if (key === undefined && mode !== "simulate") continue;
    if (key?.type === "secp256k1" && key.address !== signer) {
      throw sdkErrors.invalidPubKey(
        `pubKey does not match signer address ${signer} with signer index: ${i}: invalid pubkey`,
      );
    }
    const account = auth.requireAccount(ctx, signer);
    if (account.anyPubKey !== undefined || key?.type === "ed25519") continue;
    auth.setPubKey(ctx, signer, key?.bytes ?? dummyKey);
  }
  for (const [i, signer] of signers.entries()) {
    ctx.events.add(txSequence(signer, signerInfos[i]?.sequence ?? 0n));
    ctx.events.add(txSignature(base64(tx.raw.signatures[i] ?? new Uint8Array())));
  }
  return keys;
}

/** Steps 9 to 11: how many keys, what they cost, and whether they signed. */
export function checkSignatures(ctx: Ctx, checked: CheckedTx, rules: Rules): void {
  const { signers, tx } = checked;
  const { mode, params, keys } = rules;
  if (BigInt(signers.length) > params.txSigLimit) {
    throw sdkErrors.tooManySignatures(
      `signatures: ${signers.length}, limit: ${params.txSigLimit}: maximum number of signatures exceeded`,
    );
  }
  for (const key of keys) {
    if (key?.type !== "ed25519") {
      ctx.gas.consume(params.sigVerifyCostSecp256k1, "ante verify: secp256k1");
      continue;
    }
    ctx.gas.consume(params.sigVerifyCostEd25519, "ante verify: ed25519");
    throw sdkErrors.invalidPubKey("ED25519 public keys are unsupported: invalid pubkey");
  }
  for (const [i, signer] of signers.entries()) {
    const account = auth.requireAccount(ctx, signer);
    const info = tx.authInfo.signerInfos[i];
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
    verify(ctx, checked, i, account);
  }
}

function verify(ctx: Ctx, { tx }: CheckedTx, index: number, account: auth.Account): void {
  const { chainId, height } = ctx.block;
  // Transactions of genesis are signed before any account has a number.
  const accountNumber = height === 0n ? 0n : account.accountNumber;
  const refuse = (reason: string): never => {
    throw sdkErrors.unauthorized(
      `signature verification failed; please verify account number (${accountNumber}) and chain-id (${chainId}): (${reason}): unauthorized`,
    );
  };
  const mode = tx.authInfo.signerInfos[index]?.modeInfo?.single?.mode;
  if (mode !== SignMode.SIGN_MODE_DIRECT) {
    refuse(mode === undefined ? "unsupported multisig" : `unsupported sign mode ${mode}`);
  }
  const key = account.pubKey ?? refuse("unsupported public key");
  const by = { key, accountNumber, chainId };
  if (tx.isVerified(index, by)) return;
  const { digest, signature } = signatureOf(tx, index, by);
  if (!ctx.crypto.verifySecp256k1(key, digest, signature)) {
    refuse("unable to verify single signer signature");
  }
  tx.setVerified(index, by);
}

/** Signature `index` and what it must sign in SIGN_MODE_DIRECT (WIRE.md 6). */
export function signatureOf(
  tx: DecodedTx,
  index: number,
  { accountNumber, chainId }: Verified,
): { readonly digest: Uint8Array; readonly signature: Uint8Array } {
  const { bodyBytes, authInfoBytes, signatures } = tx.raw;
  const doc = SignDoc.encode({ bodyBytes, authInfoBytes, chainId, accountNumber }).finish();
  return { digest: nativeSha256(doc), signature: signatures[index] ?? new Uint8Array() };
}
