import type { Address, Amount } from "../../core/brand.ts";
import type { Ctx } from "../../core/context.ts";
import { equalBytes } from "../../core/bytes.ts";
import { sdkErrors } from "../../core/errors.ts";
import { amount } from "../../core/math/integers.ts";
import * as auth from "../../modules/auth/index.ts";
import * as bank from "../../modules/bank/index.ts";
import { requireFront, requireLifetime, type AnteEnv } from "./ante.ts";
import type { CheckedTx } from "./checkedTx.ts";
import { areValid, coinsText, type FeeCoin } from "./coins.ts";
import { requireFeeRules } from "./fee.ts";
import { verify } from "./signatures.ts";

/** What the transactions of one account changed that the state of CheckTx does not hold yet. */
type Account = {
  readonly stored: auth.Account;
  sequence: bigint;
  readonly fees: Fees[];
};

/** Balance as stored and what the fees take of it; nearly always of one denom. */
type Fees = { readonly denom: string; readonly stored: Amount; spent: bigint };

/**
 * What the ante uses at the most on a transaction of one stored secp256k1 key and at most one fee coin, beside its size
 * and signature: a test holds it against the longest account, denom and amounts.
 */
export const plainAnteGas = 60_000n;

/**
 * The short way through the ante for transactions that wait: they change sequence and fee only, in a table of plain
 * numbers. CometBFT sends the whole mempool again after a block and makes no block before the last answer (WIRE.md 4);
 * new ones of the plain kind go the same way. The table is written into the state of CheckTx when a transaction of the
 * same account takes the long way.
 */
export class Waiting {
  readonly #accounts = new Map<Address, Account>();

  /**
   * A new transaction of one signer whose key is stored. False when it needs the long way, which also says what is wrong
   * with it in the SDK's order: nothing is thrown here that the ante would not throw first.
   */
  admit(ctx: Ctx, checked: CheckedTx, env: AnteEnv): boolean {
    const { tx, signers, feePayer, feeGranter, fee } = checked;
    const [signer] = signers;
    const [info] = tx.authInfo.signerInfos;
    if (signer === undefined || signers.length > 1 || feePayer !== signer) return false;
    if (feeGranter !== undefined || fee.length > 1 || info === undefined) return false;
    if (tx.authInfo.signerInfos.length > 1 || ctx.block.height === 0n) return false;
    const account = this.#account(ctx, signer);
    const key = account?.stored.pubKey;
    if (account === undefined || key === undefined || info.sequence !== account.sequence)
      return false;
    const [named] = tx.publicKeys;
    if (named !== undefined && (named.type !== "secp256k1" || !equalBytes(named.bytes, key)))
      return false;
    const params = requireFront(ctx, checked, env);
    const perByte = params.txSizeCostPerByte * BigInt(tx.size);
    if (tx.gasLimit < plainAnteGas + perByte + params.sigVerifyCostSecp256k1) return false;
    requireFeeRules(checked, env);
    const entries = this.#affordable(ctx, account, signer, fee);
    verify(ctx, tx, 0, account.stored);
    take(entries, fee);
    account.sequence += 1n;
    return true;
  }

  /** One that waited before the block. False when it needs the long way. */
  recheck(ctx: Ctx, checked: CheckedTx, env: AnteEnv): boolean {
    const { tx, signers, feePayer, feeGranter, fee } = checked;
    // An allowance is not in the table.
    if (feeGranter !== undefined) return false;
    const found: Account[] = [];
    for (const signer of signers) {
      const account = this.#account(ctx, signer);
      if (account === undefined) return false;
      found.push(account);
    }
    requireLifetime(ctx, tx.body.timeoutHeight);
    requireFeeRules(checked, env);
    for (const [i, account] of found.entries()) {
      const sequence = tx.authInfo.signerInfos[i]?.sequence ?? 0n;
      if (sequence !== account.sequence) {
        throw sdkErrors.wrongSequence(
          `account sequence mismatch, expected ${account.sequence}, got ${sequence}: incorrect account sequence`,
        );
      }
    }
    const payer = this.#accounts.get(feePayer);
    if (payer === undefined) return false;
    take(this.#affordable(ctx, payer, feePayer, fee), fee);
    for (const account of found) account.sequence += 1n;
    return true;
  }

  /** Before these accounts take the long way: what the table says of them goes into the state. */
  settle(ctx: Ctx, addresses: readonly Address[]): void {
    this.preview(ctx, addresses);
    for (const address of addresses) this.#accounts.delete(address);
  }

  /** The same for a state that is dropped, as a simulation's. */
  preview(ctx: Ctx, addresses: readonly Address[]): void {
    for (const address of addresses) {
      const account = this.#accounts.get(address);
      if (account === undefined) continue;
      const { stored, sequence } = account;
      for (let i = stored.sequence; i < sequence; i += 1n) auth.bumpSequence(ctx, address);
      for (const { denom, spent } of account.fees) {
        bank.toModule(ctx, address, "fee_collector", denom, amount(spent));
      }
    }
  }

  #account(ctx: Ctx, address: Address): Account | undefined {
    const known = this.#accounts.get(address);
    if (known !== undefined) return known;
    const stored = auth.getAccount(ctx, address);
    // Its key is still to be stored, which the long way does.
    if (stored?.anyPubKey === undefined) return undefined;
    const account = { stored, sequence: stored.sequence, fees: [] };
    this.#accounts.set(address, account);
    return account;
  }

  /** Where the fee is taken from; throws when there is not enough. */
  #affordable(ctx: Ctx, payer: Account, address: Address, fee: readonly FeeCoin[]): Fees[] {
    if (fee.every(({ amount: value }) => value === 0n)) return [];
    if (!areValid(fee))
      throw sdkErrors.insufficientFee(`invalid fee amount: ${coinsText(fee)}: insufficient fee`);
    const entries = fee.map(({ denom }) => feesOf(ctx, payer, address, denom));
    for (const [i, { denom, amount: value }] of fee.entries()) {
      const { stored = 0n, spent = 0n } = entries[i] ?? {};
      const left = stored - spent;
      if (value > left) {
        throw sdkErrors.insufficientFunds(
          `spendable balance ${left}${denom} is smaller than ${value}${denom}: insufficient funds`,
        );
      }
    }
    return entries;
  }
}

function take(entries: readonly Fees[], fee: readonly FeeCoin[]): void {
  for (const [i, entry] of entries.entries()) entry.spent += fee[i]?.amount ?? 0n;
}

function feesOf(ctx: Ctx, { fees }: Account, address: Address, denom: string): Fees {
  const known = fees.find((one) => one.denom === denom);
  if (known !== undefined) return known;
  const entry: Fees = { denom, stored: bank.balance(ctx, address, denom), spent: 0n };
  fees.push(entry);
  return entry;
}
