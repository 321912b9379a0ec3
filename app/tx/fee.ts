import type { Ctx } from "../../core/context.ts";
import { sdkErrors } from "../../core/errors.ts";
import { mulCeil } from "../../core/math/dec.ts";
import type { Dec } from "../../core/brand.ts";
import * as auth from "../../modules/auth/index.ts";
import * as bank from "../../modules/bank/index.ts";
import { useGrant } from "../../modules/feegrant/index.ts";
import type { AnteEnv } from "./ante.ts";
import type { CheckedTx } from "./checkedTx.ts";
import { areValid, coinsText } from "./coins.ts";
import { messageSender, txFee } from "./events.ts";

export type MinGasPrice = { readonly denom: string; readonly price: Dec };

/** Takes the fee from its payer, or from who granted it; in CheckTx the node's own price comes first. */
export function deductFee(ctx: Ctx, checked: CheckedTx, env: AnteEnv): void {
  const { feePayer, feeGranter, fee } = checked;
  requireFeeRules(checked, env);
  const positive = fee.some(({ amount }) => amount > 0n);
  if (feeGranter !== undefined) {
    const typeUrls = checked.messages.map(({ typeUrl }) => typeUrl);
    useGrant(ctx, { granter: feeGranter, grantee: feePayer }, positive ? fee : [], typeUrls);
  }
  const from = feeGranter ?? feePayer;
  if (auth.getAccount(ctx, from) === undefined) {
    throw sdkErrors.unknownAddress(`fee payer address: ${from} does not exist: unknown address`);
  }
  if (positive) {
    if (!areValid(fee)) {
      throw sdkErrors.insufficientFee(`invalid fee amount: ${coinsText(fee)}: insufficient fee`);
    }
    bank.send(ctx, from, env.feeCollector, fee);
    ctx.events.add(messageSender(from));
  }
  ctx.events.add(txFee(coinsText(fee), from));
}

/** The node's own price. */
export function requireFeeRules(checked: CheckedTx, env: AnteEnv): void {
  if (env.mode === "check" || env.mode === "recheck") requirePrice(checked, env.minGasPrices);
}

function requirePrice({ fee, tx }: CheckedTx, prices: readonly MinGasPrice[]): void {
  const required = prices.map(({ denom, price }) => ({
    denom,
    amount: mulCeil(tx.gasLimit, price),
  }));
  if (required.every(({ amount }) => amount === 0n)) return;
  const enough = required.some(({ denom, amount }) =>
    fee.some((coin) => coin.denom === denom && coin.amount >= amount),
  );
  if (enough) return;
  throw sdkErrors.insufficientFee(
    `insufficient fees; got: ${coinsText(fee)} required: ${coinsText(required)}: insufficient fee`,
  );
}
