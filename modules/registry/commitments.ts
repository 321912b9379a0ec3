import type { Address, Amount, Hash } from "../../core/brand.ts";
import type { Ctx } from "../../core/context.ts";
import { taggedHash } from "../../core/crypto/hash.ts";
import { emit } from "../../core/events.ts";
import { moduleToModule, toModule } from "../bank/index.ts";
import { errors } from "./errors.ts";
import * as events from "./events.ts";
import { kindText } from "./kinds.ts";
import { commitments, expiring, params } from "./state.ts";
import type { NameCommitment, NameKind } from "./types.ts";

/** What `MsgCommitName` carries for this name, so that nobody can snatch it from the mempool (THREATS X29). */
export function nameCommitment(
  kind: NameKind,
  name: string,
  owner: Address,
  salt: Uint8Array,
): Hash {
  return taggedHash("name", kindText(kind), name, owner, salt);
}

export function saveCommitment(ctx: Ctx, commitment: NameCommitment): void {
  const id = [commitment.committer, commitment.commitment] as const;
  commitments.set(ctx, id, commitment);
  expiring.add(ctx, [commitment.expiresMs, id]);
}

function removeCommitment(ctx: Ctx, { committer, commitment, expiresMs }: NameCommitment): void {
  const id = [committer, commitment] as const;
  commitments.remove(ctx, id);
  expiring.remove(ctx, [expiresMs, id]);
}

/**
 * The commitment behind a registration; undefined where none is required and no salt names one. Refuses what is too
 * young or too old.
 */
export function requireCommitment(
  ctx: Ctx,
  kind: NameKind,
  name: string,
  owner: Address,
  salt: Uint8Array,
): NameCommitment | undefined {
  const { nameCommitRequired, nameCommitMinBlocks } = params.get(ctx);
  if (!nameCommitRequired && salt.length === 0) return undefined;
  const found = commitments.get(ctx, [owner, nameCommitment(kind, name, owner, salt)]);
  if (found === undefined) {
    throw errors.noCommitment(`commitment: expected one by ${owner} for "${name}", got none`);
  }
  const from = found.height + nameCommitMinBlocks;
  if (ctx.block.height < from) {
    throw errors.commitmentTooYoung(`height: expected at least ${from}, got ${ctx.block.height}`);
  }
  if (ctx.block.timeMs >= found.expiresMs) {
    throw errors.commitmentExpired(
      `block time: expected below ${found.expiresMs}, got ${ctx.block.timeMs}`,
    );
  }
  return found;
}

/** The deposit that the new name holds: that of its commitment, else taken now. */
export function takeNameDeposit(
  ctx: Ctx,
  owner: Address,
  commitment: NameCommitment | undefined,
): Amount {
  if (commitment !== undefined) {
    removeCommitment(ctx, commitment);
    return commitment.deposit;
  }
  const { denom, nameDeposit } = params.get(ctx);
  toModule(ctx, owner, "registry", denom, nameDeposit);
  return nameDeposit;
}

/** A commitment that nobody used loses its deposit to the community pool. */
export function expireCommitment(ctx: Ctx, id: readonly [Address, Uint8Array]): void {
  const found = commitments.get(ctx, id);
  if (found === undefined) return;
  commitments.remove(ctx, id);
  const { committer, commitment, deposit } = found;
  moduleToModule(ctx, "registry", "community_pool", params.get(ctx).denom, deposit);
  emit(ctx, events.nameCommitmentExpired, { committer, commitment, deposit: deposit.toString() });
}
