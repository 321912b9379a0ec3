import type { ReadCtx } from "../../core/context.ts";
import { getAccount } from "../../modules/auth/index.ts";
import type { SignatureJob } from "../crypto/verifyPool.ts";
import { checkMessages } from "./checkedTx.ts";
import { attempt } from "./deliver.ts";
import type { DecodedTx, Verified } from "./decode.ts";
import { signatureOf } from "./signatures.ts";

export type VerifyBatch = (jobs: readonly SignatureJob[]) => readonly boolean[];

/** Fewer are verified as fast where they are needed. */
const leastJobs = 8;

type Unverified = { readonly tx: DecodedTx; readonly index: number; readonly by: Verified };

/**
 * Verifies what a block's transactions bring that CheckTx did not see, in one batch before the kernel starts: a node
 * that catches up saw none (PERFORMANCE P2). It only fills what the transactions remember of themselves; the ante
 * judges as ever, and verifies what is not remembered.
 */
export function preverify(
  ctx: ReadCtx,
  decode: (bytes: Uint8Array) => DecodedTx,
  txs: readonly Uint8Array[],
  verify: VerifyBatch,
): void {
  if (txs.length < leastJobs) return;
  const waiting: Unverified[] = [];
  const jobs: SignatureJob[] = [];
  for (const bytes of txs) {
    // A refusal is the block's to say, and an alarm comes from there too.
    attempt(() => collect(ctx, decode(bytes), waiting, jobs), []);
  }
  if (jobs.length < leastJobs) return;
  const good = verify(jobs);
  for (const [i, { tx, index, by }] of waiting.entries()) {
    if (good[i] === true) tx.setVerified(index, by);
  }
}

function collect(ctx: ReadCtx, tx: DecodedTx, waiting: Unverified[], jobs: SignatureJob[]): void {
  const { signers } = checkMessages(tx);
  for (const [index, signer] of signers.entries()) {
    const account = getAccount(ctx, signer);
    const named = tx.publicKeys[index];
    const key = account?.pubKey ?? (named?.type === "secp256k1" ? named.bytes : undefined);
    if (account === undefined || key === undefined) continue;
    const by = { key, accountNumber: account.accountNumber, chainId: ctx.block.chainId };
    if (tx.isVerified(index, by)) continue;
    waiting.push({ tx, index, by });
    jobs.push({ publicKey: key, ...signatureOf(tx, index, by) });
  }
}
