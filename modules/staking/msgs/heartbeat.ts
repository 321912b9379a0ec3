import type { Address } from "../../../core/brand.ts";
import { compareAscii } from "../../../core/bytes.ts";
import type { Ctx, ReadCtx } from "../../../core/context.ts";
import type { TxError } from "../../../core/errors.ts";
import { defineMsg } from "../../../core/module.ts";
import { slot } from "../../clock/index.ts";
import { saveBond } from "../bonds.ts";
import { errors } from "../errors.ts";
import { heartbeat as beat } from "../lives.ts";
import { bonds } from "../state.ts";
import { HeartbeatAnswer, MsgHeartbeat, MsgHeartbeatResponse, type Bond } from "../types.ts";

const maxNodes = 64;
const answers = {
  ok: HeartbeatAnswer.HEARTBEAT_ANSWER_OK,
  duplicate: HeartbeatAnswer.HEARTBEAT_ANSWER_DUPLICATE,
  notYours: HeartbeatAnswer.HEARTBEAT_ANSWER_NOT_YOURS,
} as const;

/**
 * Answers each node for itself, so that one that posted a moment ago does not cost the others their lease; a message
 * in which nothing counts fails.
 */
export const heartbeat = defineMsg({
  typeUrl: "/assay.staking.v1.MsgHeartbeat",
  request: MsgHeartbeat,
  response: MsgHeartbeatResponse,
  signer: (msg) => msg.operator,
  validate({ nodes }) {
    if (nodes.length < 1 || nodes.length > maxNodes) {
      throw errors.invalidNodes(`nodes: expected 1..${maxNodes}, got ${nodes.length}`);
    }
    let previous = "";
    for (const node of nodes) {
      if (compareAscii(previous, node) >= 0) {
        throw errors.invalidNodes(`nodes: expected one after "${previous}", got "${node}"`);
      }
      previous = node;
    }
  },
  handle(ctx, { operator, nodes, slot: named }) {
    const wrong = wrongSlot(ctx, named);
    if (wrong !== undefined) throw wrong;
    const given = nodes.map((node) => answer(ctx, operator, node, named));
    if (!given.includes(answers.ok)) throw refusal(given);
    return { answers: given };
  },
  hopeless(ctx, { slot: named }) {
    return named < slot(ctx) ? wrongSlot(ctx, named) : undefined;
  },
});

/** The next one too: a quiet chain's time is old (PROTOCOL 7.3). */
function wrongSlot(ctx: ReadCtx, named: bigint): TxError | undefined {
  const now = slot(ctx);
  if (named === now || named === now + 1n) return undefined;
  return errors.wrongSlot(`slot: expected ${now} or ${now + 1n}, got ${named}`);
}

function answer(ctx: Ctx, operator: Address, node: Address, named: bigint): HeartbeatAnswer {
  const served = bondsServed(ctx, operator, node);
  if (served.length === 0) return answers.notYours;
  if (!beat(ctx, node, named)) return answers.duplicate;
  for (const bond of served) {
    if (bond.missing) saveBond(ctx, bond, { ...bond, missing: false });
  }
  return answers.ok;
}

/** At most 64: a node has no more bonds. */
function bondsServed(ctx: ReadCtx, operator: Address, node: Address): Bond[] {
  const served: Bond[] = [];
  for (const key of bonds.by(ctx, "node", node)) {
    const bond = bonds.get(ctx, key);
    if (bond?.operator === operator) served.push(bond);
  }
  return served;
}

function refusal(given: readonly HeartbeatAnswer[]): TxError {
  return given.includes(answers.duplicate)
    ? errors.duplicateHeartbeat("nodes: expected one without a sign of life in that slot, got none")
    : errors.notOperator("operator: expected that of a bond of one of the nodes");
}
