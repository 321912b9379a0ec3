import type { ReadCtx } from "../../core/context.ts";
import { getAccount, params } from "../../modules/auth/index.ts";
import type { SignatureJob } from "../crypto/verifyPool.ts";
import { checkMessages } from "./checkedTx.ts";
import { attempt } from "./deliver.ts";
import type { DecodedTx, Verified } from "./decode.ts";
import { keyBytes, signingKeyOf, type SigningKey } from "./keys.ts";
import { signatureJobs } from "./verify.ts";

export type VerifyBatch = (jobs: readonly SignatureJob[]) => readonly boolean[];

/** Fewer are verified as fast where they are needed. */
const leastJobs = 8;

/** A signature, and which of the jobs are its own: a multisig has one a member. */
type Unverified = {
  readonly tx: DecodedTx;
  readonly index: number;
  readonly by: Verified;
  readonly from: number;
  readonly to: number;
};

/**
 * Verifies what a block's transactions bring that CheckTx did not see, in one batch before the kernel starts: a node
 * that catches up saw none (PERFORMANCE P2). It only fills what the transactions remember of themselves; the ante
 * judges as ever, and verifies what is not remembered.
 */
export function preverify(ctx: ReadCtx, txs: readonly DecodedTx[], verify: VerifyBatch): void {
  if (txs.length < leastJobs) return;
  const batch: Batch = { waiting: [], jobs: [], most: params(ctx).txSigLimit };
  for (const tx of txs) {
    if (tx.hasVerdict) continue;
    // A refusal is the block's to say, and an alarm comes from there too.
    attempt(() => collect(ctx, tx, batch), []);
  }
  if (batch.jobs.length < leastJobs) return;
  const good = verify(batch.jobs);
  for (const { tx, index, by, from, to } of batch.waiting) {
    let all = true;
    for (let i = from; i < to; i++) all &&= good[i] === true;
    if (all) tx.setVerified(index, by);
  }
}

type Batch = {
  readonly waiting: Unverified[];
  readonly jobs: SignatureJob[];
  /** Keys of a transaction that the ante looks at. */
  readonly most: bigint;
};

function collect(ctx: ReadCtx, tx: DecodedTx, { waiting, jobs, most }: Batch): void {
  const { signers } = checkMessages(tx);
  for (const [index, signer] of signers.entries()) {
    const account = getAccount(ctx, signer);
    const key = account === undefined ? undefined : (signingKeyOf(account) ?? namedKey(tx, index));
    if (account === undefined || key === undefined) continue;
    const { chainId } = ctx.block;
    const by = { key: keyBytes(key), accountNumber: account.accountNumber, chainId };
    if (tx.isVerified(index, by)) continue;
    const own = signatureJobs(tx, index, key, by);
    if (typeof own === "string" || own.length > most) continue;
    waiting.push({ tx, index, by, from: jobs.length, to: jobs.length + own.length });
    jobs.push(...own);
  }
}

/** For the first transaction of an account: the ante refuses a key that is not its signer's. */
function namedKey(tx: DecodedTx, index: number): SigningKey | undefined {
  const named = tx.publicKeys[index];
  if (named === undefined || named.type === "ed25519") return undefined;
  return named.type === "multisig" ? named : named.bytes;
}
