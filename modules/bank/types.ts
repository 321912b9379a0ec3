import type { Amount } from "../../core/brand.ts";
import { asciiEncode, utf8Decode } from "../../core/bytes.ts";
import {
  addressField,
  branded,
  listOf,
  proto,
  type Codec,
  type Decoded,
} from "../../core/codec.ts";
import { BugError } from "../../core/errors.ts";
import { amount, parseDecimal } from "../../core/math/integers.ts";
import * as wire from "../../proto/cosmos.ts";
import { coinsField } from "./coins.ts";

/** Amounts stand in state as decimal text, as in the SDK. */
export const AmountText: Codec<Amount> = {
  encode: (value) => asciiEncode(value.toString()),
  decode(bytes) {
    const value = parseDecimal(utf8Decode(bytes));
    if (value === undefined) throw new BugError("amount in state: expected decimal digits");
    return amount(value);
  },
};

export const Flag: Codec<boolean> = {
  encode: (value) => Uint8Array.of(value ? 1 : 0),
  decode: (bytes) => bytes[0] === 1,
};

export type Params = wire.BankParams;
const protoParams = proto(wire.BankParams);
// All defaults encode to nothing, and the store takes no empty value: false is then spelled out.
const defaultSendDisabled = Uint8Array.of(0x10, 0);
export const Params: Codec<Params> = {
  decode: (bytes) => protoParams.decode(bytes),
  encode(value) {
    const bytes = protoParams.encode(value);
    return bytes.length === 0 ? defaultSendDisabled : bytes;
  },
};

export type Metadata = wire.Metadata;
export const Metadata = proto(wire.Metadata);

export type GenesisState = wire.BankGenesisState;
export const GenesisState = proto(wire.BankGenesisState);

export const MsgSend = branded(wire.MsgSend, {
  fromAddress: addressField,
  toAddress: addressField,
  amount: coinsField,
});
export type MsgSend = Decoded<typeof MsgSend>;

const Input = branded(wire.Input, { address: addressField, coins: coinsField });
const Output = branded(wire.Output, { address: addressField, coins: coinsField });
export const MsgMultiSend = branded(wire.MsgMultiSend, {
  inputs: listOf(Input),
  outputs: listOf(Output),
});
export type MsgMultiSend = Decoded<typeof MsgMultiSend>;
