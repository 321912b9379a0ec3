import {
  AllowedMsgAllowance,
  BasicAllowance,
  MsgGrantAllowance,
  MsgRevokeAllowance,
  MsgSend,
  PeriodicAllowance,
  type Any,
  type Timestamp,
} from "../../proto/cosmos.ts";
import { coinsOf, msg } from "./driverTx.ts";
import type { TestKey } from "./keys.ts";

const prefix = "/cosmos.feegrant.v1beta1.";
export const sendType = "/cosmos.bank.v1beta1.MsgSend";

export const timestamp = (ms: bigint): Timestamp => ({
  seconds: ms / 1000n,
  nanos: Number(ms % 1000n) * 1_000_000,
});

/** "5uassay", "" for no limit. */
export function basic(limit = "", expirationMs?: bigint): Any {
  return msg(`${prefix}BasicAllowance`, BasicAllowance, {
    spendLimit: coinsOf(limit),
    ...(expirationMs === undefined ? {} : { expiration: timestamp(expirationMs) }),
  });
}

export type Period = {
  readonly limit?: string;
  readonly expirationMs?: bigint;
  readonly seconds: bigint;
  readonly perPeriod: string;
  readonly canSpend?: string;
  readonly resetMs?: bigint;
};

export function periodic(own: Period): Any {
  return msg(`${prefix}PeriodicAllowance`, PeriodicAllowance, {
    basic: {
      spendLimit: coinsOf(own.limit ?? ""),
      ...(own.expirationMs === undefined ? {} : { expiration: timestamp(own.expirationMs) }),
    },
    period: { seconds: own.seconds, nanos: 0 },
    periodSpendLimit: coinsOf(own.perPeriod),
    periodCanSpend: coinsOf(own.canSpend ?? ""),
    periodReset: timestamp(own.resetMs ?? 0n),
  });
}

export function only(allowedMessages: string[], allowance: Any | undefined): Any {
  return msg(`${prefix}AllowedMsgAllowance`, AllowedMsgAllowance, {
    allowedMessages,
    ...(allowance === undefined ? {} : { allowance }),
  });
}

type Holder = Pick<TestKey, "address">;

export function grantTo(granter: Holder, grantee: Holder, allowance?: Any): Any {
  return msg(`${prefix}MsgGrantAllowance`, MsgGrantAllowance, {
    ...{ granter: granter.address, grantee: grantee.address },
    ...(allowance === undefined ? {} : { allowance }),
  });
}

export function revokeFrom(granter: Holder, grantee: Holder): Any {
  return msg(`${prefix}MsgRevokeAllowance`, MsgRevokeAllowance, {
    ...{ granter: granter.address, grantee: grantee.address },
  });
}

export function sendMsg(from: Holder, to: Holder, amount = "5", denom = "uassay"): Any {
  return msg(sendType, MsgSend, {
    ...{ fromAddress: from.address, toAddress: to.address, amount: [{ denom, amount }] },
  });
}
