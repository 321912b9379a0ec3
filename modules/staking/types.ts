import {
  addressField,
  amountField,
  branded,
  decField,
  listOf,
  proto,
  required,
  type Decoded,
} from "../../core/codec.ts";
import * as genesisWire from "../../proto/gen/assay/staking/v1/genesis.ts";
import * as wire from "../../proto/gen/assay/staking/v1/staking.ts";
import * as txWire from "../../proto/gen/assay/staking/v1/tx.ts";

export { BondStatus } from "../../proto/gen/assay/staking/v1/staking.ts";
export { HeartbeatAnswer } from "../../proto/gen/assay/staking/v1/tx.ts";

export const Unbonding = branded(wire.Unbonding, { amount: amountField });
export type Unbonding = Decoded<typeof Unbonding>;

export const Bond = branded(wire.Bond, {
  node: addressField,
  operator: addressField,
  amount: amountField,
  unbonding: listOf(Unbonding),
  amountBefore: amountField,
  slashedTotal: amountField,
});
export type Bond = Decoded<typeof Bond>;

export const Life = branded(wire.Life, { node: addressField });
export type Life = Decoded<typeof Life>;

export const Fault = branded(wire.Fault, { node: addressField });
export type Fault = Decoded<typeof Fault>;

export const Tombstone = branded(wire.Tombstone, { node: addressField });
export type Tombstone = Decoded<typeof Tombstone>;

export const Jail = branded(wire.Jail, { node: addressField });
export type Jail = Decoded<typeof Jail>;

export const Book = branded(wire.Book, {
  deposited: amountField,
  slashed: amountField,
  withdrawn: amountField,
  penalties: amountField,
});
export type Book = Decoded<typeof Book>;

export const Params = branded(wire.Params, {
  minBond: amountField,
  earlyExitPenalty: decField,
  slashToPool: decField,
});
export type Params = Decoded<typeof Params>;

export const GenesisState = branded(genesisWire.GenesisState, {
  params: required(Params, "params"),
  bonds: listOf(Bond),
  lives: listOf(Life),
  book: required(Book, "book"),
  faults: listOf(Fault),
  tombstones: listOf(Tombstone),
  jails: listOf(Jail),
});
export type GenesisState = Decoded<typeof GenesisState>;

export const MsgBond = branded(txWire.MsgBond, {
  owner: addressField,
  operator: addressField,
  amount: amountField,
});
export const MsgAddBond = branded(txWire.MsgAddBond, { owner: addressField, amount: amountField });
export const MsgExtendCommitment = branded(txWire.MsgExtendCommitment, { owner: addressField });
export const MsgUnbond = branded(txWire.MsgUnbond, { owner: addressField, amount: amountField });
export const MsgUnbondResponse = branded(txWire.MsgUnbondResponse, { penalty: amountField });
export const MsgSetOperator = branded(txWire.MsgSetOperator, {
  owner: addressField,
  operator: addressField,
});
export const MsgUnjail = branded(txWire.MsgUnjail, { signer: addressField, node: addressField });
export const MsgHeartbeat = branded(txWire.MsgHeartbeat, {
  operator: addressField,
  nodes: listOf(addressField),
});
export const MsgHeartbeatResponse = proto(txWire.MsgHeartbeatResponse);
