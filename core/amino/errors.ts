import { sdkErrors, type TxError } from "../errors.ts";

/** sdk/4 for what amino JSON cannot say, or not in one way. */
export function unsignable(reason: string): TxError {
  return sdkErrors.unauthorized(
    `SIGN_MODE_LEGACY_AMINO_JSON cannot sign this transaction: ${reason}: unauthorized`,
  );
}
