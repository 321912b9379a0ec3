import type { Ctx } from "../../core/context.ts";
import { sdkErrors, TxError } from "../../core/errors.ts";
import { parseDecimal } from "../../core/math/integers.ts";
import {
  AllowedMsgAllowance,
  BasicAllowance,
  PeriodicAllowance,
  type Any,
  type Coin as WireCoin,
  type Timestamp,
} from "../../proto/cosmos.ts";
import { coinsFault, type Coin } from "../bank/index.ts";
import { errors } from "./errors.ts";
import * as times from "./times.ts";
import { allowedMsgType, basicType, periodicType } from "./types.ts";

/**
 * What a fee leaves of an allowance; `spent`: nothing, the grant ends. A refusal is answered and not thrown, so that
 * its caller can say who refused whom.
 */
type Rest<T> = TxError | { readonly spent: boolean; readonly next: T };

/** For each message type that is allowed and each that is asked for, as in the SDK. */
const gasPerMessage = 10n;
const maxAllowedMessages = 64;
const maxTypeUrlLength = 128;

function badCoins(text: string): TxError {
  return sdkErrors.invalidCoins(`${text}: invalid coins`);
}

function coinsRefusal(what: string, coins: readonly WireCoin[]): TxError | undefined {
  const fault = coinsFault(coins);
  return fault === undefined ? undefined : badCoins(`${what} is invalid: ${fault}`);
}

function basicFault({ spendLimit, expiration }: BasicAllowance): TxError | undefined {
  const fault = coinsRefusal("send amount", spendLimit);
  if (fault !== undefined || expiration === undefined) return fault;
  return times.expirationFault(expiration);
}

function periodicFault(allowance: PeriodicAllowance): TxError | undefined {
  const { basic, period, periodSpendLimit, periodCanSpend, periodReset } = allowance;
  const fault = basicFault(basic) ?? coinsRefusal("spend amount", periodSpendLimit);
  if (fault !== undefined) return fault;
  if (periodSpendLimit.length === 0) return badCoins("spend limit must be positive");
  const canSpend = coinsRefusal("can spend amount", periodCanSpend);
  if (canSpend !== undefined) return canSpend;
  const known = (denom: string): boolean => basic.spendLimit.some((coin) => coin.denom === denom);
  if (basic.spendLimit.length > 0 && !periodSpendLimit.every(({ denom }) => known(denom))) {
    return badCoins("period spend limit has different currency than basic spend limit");
  }
  return times.periodFault(period) ?? times.resetFault(periodReset);
}

function plainFault({ typeUrl, value }: Any): TxError | undefined {
  if (typeUrl === basicType) return basicFault(BasicAllowance.decode(value));
  if (typeUrl === periodicType) return periodicFault(PeriodicAllowance.decode(value));
  // The protobuf says "any of basic and periodic"; the SDK does not check it, and would then recurse.
  return sdkErrors.unpackAny(
    `allowance: expected ${basicType} or ${periodicType}, got ${typeUrl}: failed unpacking protobuf message from Any`,
  );
}

/** What can never be granted, in the SDK's order and words. */
export function allowanceFault(any: Any | undefined): TxError | undefined {
  const none = errors.noAllowance("allowance should not be empty: no allowance");
  if (any === undefined) return none;
  if (any.typeUrl !== allowedMsgType) return plainFault(any);
  const { allowance, allowedMessages } = AllowedMsgAllowance.decode(any.value);
  if (allowance === undefined) return none;
  if (allowedMessages.length === 0) {
    return errors.noMessages("allowed messages shouldn't be empty: allowed messages are empty");
  }
  const long = allowedMessages.find((name) => name.length > maxTypeUrlLength);
  if (allowedMessages.length > maxAllowedMessages || long !== undefined) {
    return sdkErrors.invalidRequest(
      `allowed messages: expected at most ${maxAllowedMessages} of ${maxTypeUrlLength} characters: invalid request`,
    );
  }
  return plainFault(allowance);
}

/** Of an allowance that was checked before. */
export function expirationOf({ typeUrl, value }: Any): Timestamp | undefined {
  if (typeUrl === basicType) return BasicAllowance.decode(value).expiration;
  if (typeUrl === periodicType) return PeriodicAllowance.decode(value).basic.expiration;
  const { allowance } = AllowedMsgAllowance.decode(value);
  return allowance === undefined ? undefined : expirationOf(allowance);
}

/** undefined when a coin is not there in full; coins of 0 are left out. */
function subtract(coins: readonly WireCoin[], fee: readonly Coin[]): WireCoin[] | undefined {
  if (fee.some(({ denom }) => !coins.some((coin) => coin.denom === denom))) return undefined;
  const left: WireCoin[] = [];
  for (const { denom, amount: text } of coins) {
    const cost = fee.find((coin) => coin.denom === denom)?.amount ?? 0n;
    const rest = (parseDecimal(text) ?? 0n) - cost;
    if (rest < 0n) return undefined;
    if (rest > 0n) left.push({ denom, amount: rest.toString() });
  }
  return left;
}

function spendBasic(
  nowNs: bigint,
  own: BasicAllowance,
  fee: readonly Coin[],
): Rest<BasicAllowance> {
  if (own.expiration !== undefined && times.nanosOf(own.expiration) < nowNs) {
    return errors.feeLimitExpired("basic allowance: fee allowance expired");
  }
  if (own.spendLimit.length === 0) return { spent: false, next: own };
  const spendLimit = subtract(own.spendLimit, fee);
  if (spendLimit === undefined) {
    return errors.feeLimitExceeded("basic allowance: fee limit exceeded");
  }
  return { spent: spendLimit.length === 0, next: { ...own, spendLimit } };
}

/** A new period begins where the last one ended, or now when nothing was spent for longer than one. */
function resetPeriod(nowNs: bigint, own: PeriodicAllowance): PeriodicAllowance {
  const resetNs = times.nanosOf(own.periodReset);
  if (nowNs < resetNs) return own;
  const { basic, periodSpendLimit } = own;
  const limits = periodSpendLimit.map(({ denom, amount: text }) => ({
    denom,
    amount: parseDecimal(text) ?? 0n,
  }));
  const less =
    basic.spendLimit.length > 0 && subtract(basic.spendLimit, limits as Coin[]) === undefined;
  const periodNs = times.nanosOf(own.period);
  const next = resetNs + periodNs;
  return {
    ...own,
    periodCanSpend: less ? basic.spendLimit : periodSpendLimit,
    periodReset: times.timestampOf(nowNs > next ? nowNs + periodNs : next),
  };
}

function spendPeriodic(
  nowNs: bigint,
  granted: PeriodicAllowance,
  fee: readonly Coin[],
): Rest<PeriodicAllowance> {
  const { expiration } = granted.basic;
  if (expiration !== undefined && times.nanosOf(expiration) < nowNs) {
    return errors.feeLimitExpired("absolute limit: fee allowance expired");
  }
  const own = resetPeriod(nowNs, granted);
  const periodCanSpend = subtract(own.periodCanSpend, fee);
  if (periodCanSpend === undefined) {
    return errors.feeLimitExceeded("period limit: fee limit exceeded");
  }
  if (own.basic.spendLimit.length === 0) return { spent: false, next: { ...own, periodCanSpend } };
  const spendLimit = subtract(own.basic.spendLimit, fee);
  if (spendLimit === undefined) {
    return errors.feeLimitExceeded("absolute limit: fee limit exceeded");
  }
  const next = { ...own, basic: { ...own.basic, spendLimit }, periodCanSpend };
  return { spent: spendLimit.length === 0, next };
}

function spendPlain(nowNs: bigint, { typeUrl, value }: Any, fee: readonly Coin[]): Rest<Any> {
  if (typeUrl === periodicType) {
    const rest = spendPeriodic(nowNs, PeriodicAllowance.decode(value), fee);
    if (rest instanceof TxError) return rest;
    return { ...rest, next: { typeUrl, value: PeriodicAllowance.encode(rest.next).finish() } };
  }
  const rest = spendBasic(nowNs, BasicAllowance.decode(value), fee);
  if (rest instanceof TxError) return rest;
  return { ...rest, next: { typeUrl, value: BasicAllowance.encode(rest.next).finish() } };
}

/** What is left of the allowance after this fee for these messages, or the refusal in the SDK's words. */
export function spend(
  ctx: Ctx,
  allowance: Any,
  fee: readonly Coin[],
  typeUrls: readonly string[],
): Rest<Any> {
  const nowNs = times.nanosOfMs(ctx.block.timeMs);
  if (allowance.typeUrl !== allowedMsgType) return spendPlain(nowNs, allowance, fee);
  const own = AllowedMsgAllowance.decode(allowance.value);
  const { allowedMessages } = own;
  ctx.gas.consume(gasPerMessage * BigInt(allowedMessages.length + typeUrls.length), "check msg");
  if (
    own.allowance === undefined ||
    !typeUrls.every((typeUrl) => allowedMessages.includes(typeUrl))
  ) {
    return errors.messageNotAllowed(
      "message does not exist in allowed messages: message not allowed",
    );
  }
  const rest = spendPlain(nowNs, own.allowance, fee);
  if (rest instanceof TxError) return rest;
  const value = AllowedMsgAllowance.encode({ ...own, allowance: rest.next }).finish();
  return { ...rest, next: { typeUrl: allowedMsgType, value } };
}
