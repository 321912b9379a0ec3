import type { Ctx, ReadCtx } from "../../core/context.ts";
import { taggedHash } from "../../core/crypto/hash.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import { FatalError } from "../../core/errors.ts";
import { oldestRequest, pendingDraws } from "./draws.ts";
import { contributions, contributors, lastBeacon, requestBlocks } from "./state.ts";

const signatureBytes = 96;
// Two records come a block, so that this empties what the last draws left.
const prunedPerBlock = 4;

/** Committed state has a pending draw: the next block must carry a contribution. */
export function isDue(ctx: ReadCtx): boolean {
  return pendingDraws(ctx) > 0n;
}

/** What the proposer of this block signs; nothing that the block contains changes it. */
export function contributionMessage(ctx: ReadCtx): Uint8Array {
  const { chainId, height } = ctx.block;
  return taggedHash("beacon", chainId, height, lastBeacon.get(ctx));
}

export function verifyContribution(
  ctx: ReadCtx,
  proposer: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== signatureBytes) return false;
  const contributor = contributors.get(ctx, proposer);
  if (contributor === undefined) return false;
  return ctx.crypto.verifyBls(contributor.pubkey, contributionMessage(ctx), signature);
}

/** The contribution of a decided block: a wrong one means that this node and the network differ. */
export function contribute(ctx: Ctx, signature: Uint8Array): void {
  const { height, proposer } = ctx.block;
  if (!isDue(ctx)) throw new FatalError(`beacon: expected no contribution at height ${height}`);
  if (!verifyContribution(ctx, proposer, signature)) {
    throw new FatalError(`beacon: invalid contribution at height ${height}`);
  }
  const beacon = sha256(signature);
  lastBeacon.set(ctx, beacon);
  contributions.set(ctx, height, { height, beacon, proposer });
  prune(ctx);
}

/** Drops a few records that no open draw can ask for; never more, however many are left. */
function prune(ctx: Ctx): void {
  const oldest = oldestRequest(ctx);
  if (oldest === undefined) return;
  const old: bigint[] = [];
  for (const height of contributions.keys(ctx)) {
    if (height > oldest || old.length >= prunedPerBlock) break;
    old.push(height);
  }
  for (const height of old) contributions.remove(ctx, height);
  const passed: bigint[] = [];
  for (const height of requestBlocks.keys(ctx)) {
    if (height >= oldest || passed.length >= prunedPerBlock) break;
    passed.push(height);
  }
  for (const height of passed) requestBlocks.remove(ctx, height);
}
