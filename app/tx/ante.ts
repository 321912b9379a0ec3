import type { Address } from "../../core/brand.ts";
import type { Ctx } from "../../core/context.ts";
import { addressBytes } from "../../core/crypto/bech32.ts";
import { sdkErrors } from "../../core/errors.ts";
import { utf8Encode } from "../../core/bytes.ts";
import { GasMeter } from "../../core/gas.ts";
import * as auth from "../../modules/auth/index.ts";
import type { CheckedTx } from "./checkedTx.ts";
import type { DecodedTx } from "./decode.ts";
import { deductFee, type MinGasPrice } from "./fee.ts";
import { signingKeyOf } from "./keys.ts";
import { checkSignatures, storePublicKeys } from "./signatures.ts";

export type AnteMode = "deliver" | "check" | "recheck" | "simulate";

/** What the ante knows beside the state: consensus params and the node's own price. */
export type AnteEnv = {
  readonly mode: AnteMode;
  /** undefined: no limit. */
  readonly maxGas: bigint | undefined;
  readonly minGasPrices: readonly MinGasPrice[];
  readonly feeCollector: Address;
};

/** Of the SDK's MaxGasWanted. */
const maxGasLimit = 2n ** 63n - 1n;

/** A signature, and a public key with the fields around it, as they will stand in the signed transaction. */
const signatureBytes = 64;
const publicKeyBytes = 72;
/** A member's signature with the fields around it, and its mode. */
const memberBytes = 72;

/** The SDK's steps in the SDK's order, because the first that fails gives the code (WIRE.md 7). */
export function runAnte(ctx: Ctx, checked: CheckedTx, env: AnteEnv): void {
  const params = requireFront(ctx, checked, env);
  ctx.gas.consume(params.txSizeCostPerByte * BigInt(signedSize(ctx, checked, env.mode)), "txSize");
  deductFee(ctx, checked, env);
  const keys = storePublicKeys(ctx, checked, env.mode);
  checkSignatures(ctx, checked, { mode: env.mode, params, keys });
  for (const signer of checked.signers) auth.bumpSequence(ctx, signer);
}

/** The steps that look at no account. */
export function requireFront(ctx: Ctx, checked: CheckedTx, env: AnteEnv): auth.Params {
  const { body, gasLimit } = checked.tx;
  requireGasLimit(ctx, gasLimit, env);
  if (body.extensionOptions.length > 0 || body.nonCriticalExtensionOptions.length > 0)
    throw sdkErrors.unknownExtensionOptions("unknown extension options");
  if (env.mode !== "recheck") requireForm(checked);
  requireLifetime(ctx, body.timeoutHeight);
  const params = auth.params(ctx);
  const memo = body.memo === "" ? 0n : BigInt(utf8Encode(body.memo).length);
  if (memo > params.maxMemoCharacters) {
    throw sdkErrors.memoTooLarge(
      `maximum number of characters is ${params.maxMemoCharacters} but received ${memo} characters: memo too large`,
    );
  }
  return params;
}

export function requireLifetime(ctx: Ctx, timeoutHeight: bigint): void {
  if (timeoutHeight === 0n || ctx.block.height <= timeoutHeight) return;
  throw sdkErrors.txTimeoutHeight(
    `block height: ${ctx.block.height}, timeout height: ${timeoutHeight}: tx timeout height`,
  );
}

function requireGasLimit(ctx: Ctx, gasLimit: bigint, { mode, maxGas }: AnteEnv): void {
  if (mode === "simulate") return;
  if (gasLimit === 0n && ctx.block.height > 0n)
    throw sdkErrors.invalidGasLimit("must provide positive gas: invalid gas limit");
  if (maxGas !== undefined && gasLimit > maxGas) {
    throw sdkErrors.invalidGasLimit(
      `tx gas limit ${gasLimit} exceeds block max gas ${maxGas}: invalid gas limit`,
    );
  }
}

function requireForm({ tx, signers }: CheckedTx): void {
  const { authInfo, body, raw } = tx;
  const { fee } = authInfo;
  if (body.unordered || body.timeoutTimestamp !== undefined) {
    throw sdkErrors.invalidRequest("unordered transactions are not enabled: invalid request");
  }
  if (fee === undefined) throw sdkErrors.invalidRequest("missing fee: invalid request");
  if (fee.gasLimit > maxGasLimit) {
    throw sdkErrors.invalidRequest(
      `invalid gas supplied; ${fee.gasLimit} > ${maxGasLimit}: invalid request`,
    );
  }
  if (fee.payer !== "" && addressBytes(fee.payer) === undefined) {
    throw sdkErrors.invalidAddress(`invalid fee payer address (${fee.payer}): invalid address`);
  }
  if (fee.granter !== "" && addressBytes(fee.granter) === undefined) {
    throw sdkErrors.invalidAddress(`invalid fee granter address (${fee.granter}): invalid address`);
  }
  if (raw.signatures.length === 0) throw sdkErrors.noSignatures("no signatures supplied");
  for (const count of [raw.signatures.length, authInfo.signerInfos.length]) {
    if (count === signers.length) continue;
    throw sdkErrors.unauthorized(
      `wrong number of signers; expected ${signers.length}, got ${count}: unauthorized`,
    );
  }
}

/** In a simulation what is not signed yet counts as if it were. */
function signedSize(ctx: Ctx, { tx, signers }: CheckedTx, mode: AnteMode): number {
  if (mode !== "simulate") return tx.size;
  const { raw, authInfo } = tx;
  let size = tx.size;
  for (const [i, signature] of raw.signatures.entries()) {
    if (signature.length > 0) continue;
    size += signatureBytes + membersOf(ctx, tx, i, signers[i]) * memberBytes;
  }
  const keyless = authInfo.signerInfos.filter(({ publicKey }) => publicKey === undefined).length;
  return size + keyless * publicKeyBytes;
}

/** Who may sign beside the first one: nobody but for a multisig, which may be stored and not named. */
function membersOf(ctx: Ctx, tx: DecodedTx, index: number, signer: Address | undefined): number {
  const unmetered = { ...ctx, gas: new GasMeter() };
  const account = signer === undefined ? undefined : auth.getAccount(unmetered, signer);
  const stored = account === undefined ? undefined : signingKeyOf(account);
  const key = stored ?? tx.publicKeys[index];
  return key !== undefined && "members" in key ? key.members.length : 0;
}
