import type { ExecTxResult } from "cosmjs-types/tendermint/abci/types";
import type { ReadCtx } from "../../core/context.ts";
import { grants } from "../../modules/feegrant/state.ts";
import {
  AllowedMsgAllowance,
  AuthInfo,
  BasicAllowance,
  MsgGrantAllowance,
  MsgRevokeAllowance,
  PeriodicAllowance,
  TxBody,
  TxRaw,
  type Any,
  type Coin,
  type Duration,
  type Timestamp,
} from "../../proto/cosmos.ts";
import type { Decided } from "./network.ts";
import type { Tallies } from "./tallies.ts";

const prefix = "/cosmos.feegrant.v1beta1.";

type Period = {
  readonly lengthNs: bigint;
  readonly limit: bigint;
  readonly canSpend: bigint;
  readonly resetNs: bigint;
};

/** What somebody has of somebody else's coins for fees; `left` undefined: without limit. */
export type Held = {
  readonly left: bigint | undefined;
  readonly untilNs: bigint | undefined;
  readonly period: Period | undefined;
  readonly messages: readonly string[] | undefined;
};

type Payment = { readonly fee: bigint; readonly types: readonly string[]; readonly nowNs: bigint };

const nanos = (time: Timestamp | Duration): bigint =>
  time.seconds * 1_000_000_000n + BigInt(time.nanos);
const sum = (coins: readonly Coin[]): bigint =>
  coins.reduce((total, { amount }) => total + BigInt(amount), 0n);

function ofBasic({ spendLimit, expiration }: BasicAllowance): Held {
  const left = spendLimit.length === 0 ? undefined : sum(spendLimit);
  const untilNs = expiration === undefined ? undefined : nanos(expiration);
  return { left, untilNs, period: undefined, messages: undefined };
}

/** Of an allowance in uassay, as granted or as stored. */
export function heldOf({ typeUrl, value }: Any): Held {
  if (typeUrl === `${prefix}BasicAllowance`) return ofBasic(BasicAllowance.decode(value));
  if (typeUrl === `${prefix}PeriodicAllowance`) {
    const own = PeriodicAllowance.decode(value);
    const period = {
      ...{ lengthNs: nanos(own.period), limit: sum(own.periodSpendLimit) },
      ...{ canSpend: sum(own.periodCanSpend), resetNs: nanos(own.periodReset) },
    };
    return { ...ofBasic(own.basic), period };
  }
  const { allowance, allowedMessages } = AllowedMsgAllowance.decode(value);
  if (allowance === undefined) throw new Error("allowed messages: expected an allowance");
  return { ...heldOf(allowance), messages: allowedMessages };
}

/** A period's coins never come to more than the whole's. */
function begun(period: Period, left: bigint | undefined, nowNs: bigint): Period {
  if (nowNs < period.resetNs) return period;
  const { lengthNs, limit, resetNs } = period;
  const canSpend = left !== undefined && left < limit ? left : limit;
  const late = nowNs > resetNs + lengthNs;
  return { ...period, canSpend, resetNs: (late ? nowNs : resetNs) + lengthNs };
}

/** The refusal's code, or what is left when it pays. */
function pay(held: Held | undefined, { fee, types, nowNs }: Payment): string | Held {
  if (held === undefined) return "sdk/38";
  const { left, untilNs, messages } = held;
  if (messages !== undefined && !types.every((type) => messages.includes(type)))
    return "feegrant/7";
  if (untilNs !== undefined && untilNs < nowNs) return "feegrant/3";
  const period = held.period && begun(held.period, left, nowNs);
  if (period !== undefined && fee > period.canSpend) return "feegrant/2";
  if (left !== undefined && fee > left) return "feegrant/2";
  return {
    ...held,
    left: left === undefined ? undefined : left - fee,
    period: period && { ...period, canSpend: period.canSpend - fee },
  };
}

const textOf = (held: Held | undefined): string =>
  held === undefined
    ? "none"
    : JSON.stringify(held, (_, value: unknown) =>
        typeof value === "bigint" ? value.toString() : value,
      );

type Want = (what: string) => void;

/** Every grant from the transactions alone, beside the module that keeps them. */
export class Grants {
  readonly #held = new Map<string, Held>();
  readonly #tallies: Tallies;

  constructor(tallies: Tallies) {
    this.#tallies = tallies;
  }

  /** Whether a grant ended because its time was over. */
  after({ txs, answer, timeMs }: Decided, ctx: ReadCtx, want: Want): boolean {
    for (const [i, tx] of txs.entries()) {
      const result = answer.txResults[i];
      if (result !== undefined) this.#transaction(tx, result, timeMs, want);
    }
    const expired = this.#expire(timeMs);
    this.#compare(ctx, want);
    return expired;
  }

  #transaction(tx: Uint8Array, result: ExecTxResult, timeMs: bigint, want: Want): void {
    const refused = /^(\S+) does not allow to pay fees for (\S+): /.exec(result.log);
    const told = result.events.some(({ type }) => type.endsWith("_feegrant"));
    if (refused === null && !told) return;
    const raw = TxRaw.decode(tx);
    const { messages } = TxBody.decode(raw.bodyBytes);
    const { fee } = AuthInfo.decode(raw.authInfoBytes);
    const payment = {
      fee: sum(fee?.amount ?? []),
      types: messages.map(({ typeUrl }) => typeUrl),
      nowNs: timeMs * 1_000_000n,
    };
    const used = result.events.find(({ type }) => type === "use_feegrant");
    if (used !== undefined) this.#paid(result, payment, want);
    else if (refused !== null) {
      const [, granter = "", grantee = ""] = refused;
      const expected = pay(this.#held.get(`${grantee} ${granter}`), payment);
      const got = `${result.codespace}/${result.code}`;
      this.#tallies.add(`grant: refused ${got}`);
      if (expected !== got)
        want(`fee of ${granter} for ${grantee}: expected ${textOrCode(expected)}, got ${got}`);
    }
    if (result.code === 0) for (const message of messages) this.#message(message, timeMs, want);
  }

  #paid(result: ExecTxResult, payment: Payment, want: Want): void {
    const { granter = "", grantee = "" } = attributesOf(result, "use_feegrant");
    const key = `${grantee} ${granter}`;
    const held = this.#held.get(key);
    const next = pay(held, payment);
    if (typeof next === "string") {
      want(`fee of ${granter} for ${grantee}: expected ${next}, got paid`);
      return;
    }
    const { fee_payer: payer } = attributesOf(result, "tx");
    if (payer !== granter) want(`fee of ${granter} for ${grantee}: paid by ${payer ?? "nobody"}`);
    const kind = next.period === undefined ? "basic" : "periodic";
    this.#tallies.add(`grant: paid by a ${kind} one`);
    if (next.messages !== undefined) this.#tallies.add("grant: paid for allowed messages");
    if (next.period?.resetNs !== held?.period?.resetNs) this.#tallies.add("grant: next period");
    if (result.code !== 0) this.#tallies.add("grant: paid for a message that failed");
    if (next.left === 0n) {
      this.#tallies.add("grant: spent to its end");
      this.#held.delete(key);
    } else this.#held.set(key, next);
  }

  #message({ typeUrl, value }: Any, timeMs: bigint, want: Want): void {
    if (typeUrl === `${prefix}MsgGrantAllowance`) {
      const { granter, grantee, allowance } = MsgGrantAllowance.decode(value);
      const key = `${grantee} ${granter}`;
      if (allowance === undefined || this.#held.has(key)) want(`grant of ${granter}: a second one`);
      else this.#held.set(key, heldOf(allowance));
      this.#tallies.add("grant: made");
    } else if (typeUrl === `${prefix}MsgRevokeAllowance`) {
      const { granter, grantee } = MsgRevokeAllowance.decode(value);
      if (!this.#held.delete(`${grantee} ${granter}`)) want(`grant of ${granter}: revoked twice`);
      this.#tallies.add("grant: revoked");
    } else if (typeUrl === `${prefix}MsgPruneAllowances`) this.#expire(timeMs);
  }

  /** A grant holds until its last millisecond is over: then the block ends it. */
  #expire(timeMs: bigint): boolean {
    let some = false;
    for (const [key, { untilNs }] of this.#held) {
      if (untilNs === undefined || untilNs / 1_000_000n >= timeMs) continue;
      this.#held.delete(key);
      this.#tallies.add("grant: expired");
      some = true;
    }
    return some;
  }

  #compare(ctx: ReadCtx, want: Want): void {
    const stored = new Map<string, Held>();
    for (const [[grantee, granter], { allowance }] of grants.entries(ctx))
      if (allowance !== undefined) stored.set(`${grantee} ${granter}`, heldOf(allowance));
    for (const key of new Set([...stored.keys(), ...this.#held.keys()])) {
      const [expected, got] = [this.#held.get(key), stored.get(key)].map(textOf);
      if (expected !== got) want(`grant ${key}: expected ${expected}, got ${got}`);
    }
  }
}

const textOrCode = (held: string | Held): string =>
  typeof held === "string" ? held : `paid, ${textOf(held)}`;

function attributesOf({ events }: ExecTxResult, name: string): Record<string, string> {
  const found = events.find(({ type }) => type === name);
  return Object.fromEntries((found?.attributes ?? []).map(({ key, value }) => [key, value]));
}
