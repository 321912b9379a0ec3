import type { Address, Amount } from "../../core/brand.ts";
import type { Ctx } from "../../core/context.ts";
import { sdkErrors } from "../../core/errors.ts";
import { amount } from "../../core/math/integers.ts";
import * as auth from "../../modules/auth/index.ts";
import * as bank from "../../modules/bank/index.ts";
import { requireLifetime, type AnteEnv } from "./ante.ts";
import type { CheckedTx } from "./checkedTx.ts";
import { areValid, coinsText, type FeeCoin } from "./coins.ts";
import { requireFeeRules } from "./fee.ts";

/** What the transactions of one account changed that the state of CheckTx does not hold yet. */
type Account = {
  readonly stored: bigint;
  sequence: bigint;
  readonly fees: Fees[];
};

/** Balance as stored and what the fees take of it; nearly always of one denom. */
type Fees = { readonly denom: string; readonly stored: Amount; spent: bigint };

/**
 * Looks again at what waits after a block: sequence and fee only, because CometBFT sends the whole mempool and makes
 * no block before the last answer (WIRE.md 4). The changes stay in a table of plain numbers; they are written into the
 * state of CheckTx when a transaction of the same account takes the long way through the ante.
 */
export class Rechecks {
  readonly #accounts = new Map<Address, Account>();

  /** False when the transaction needs the long way. */
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
    if (fee.some(({ amount: value }) => value > 0n)) this.#pay(ctx, payer, feePayer, fee);
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
      for (let i = account.stored; i < account.sequence; i += 1n) auth.bumpSequence(ctx, address);
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
    const { sequence } = stored;
    const account = { stored: sequence, sequence, fees: [] };
    this.#accounts.set(address, account);
    return account;
  }

  #pay(ctx: Ctx, payer: Account, address: Address, fee: readonly FeeCoin[]): void {
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
    for (const [i, entry] of entries.entries()) entry.spent += fee[i]?.amount ?? 0n;
  }
}

function feesOf(ctx: Ctx, { fees }: Account, address: Address, denom: string): Fees {
  const known = fees.find((one) => one.denom === denom);
  if (known !== undefined) return known;
  const entry: Fees = { denom, stored: bank.balance(ctx, address, denom), spent: 0n };
  fees.push(entry);
  return entry;
}
