import type { Address } from "../../../core/brand.ts";
import type { ReadCtx } from "../../../core/context.ts";
import { dec } from "../../../core/math/dec.ts";
import { amount, mulDivFloor } from "../../../core/math/integers.ts";
import { defineMsg } from "../../../core/module.ts";
import * as staking from "../../staking/index.ts";
import { opens } from "../commitment.ts";
import { errors } from "../errors.ts";
import { wrongSeverity } from "../judgement.ts";
import { requireLength } from "../posts.ts";
import { slashSeat } from "../penalties.ts";
import { params } from "../state.ts";
import { closeSeat, requireTask, seatsOf, setSeat } from "../tasks.ts";
import {
  MsgReportLeak,
  MsgReportLeakResponse,
  SeatOutcome,
  SeatStatus,
  TaskStatus,
  type Seat,
  type Task,
} from "../types.ts";

/** Whoever can open another node's commitment proves that it shared its answer (X4). */
export const reportLeak = defineMsg({
  typeUrl: "/assay.tasks.v1.MsgReportLeak",
  request: MsgReportLeak,
  response: MsgReportLeakResponse,
  signer: (msg) => msg.reporter,
  validate(msg) {
    requireLength("result_hash", msg.resultHash, 32);
    requireLength("output_sha256", msg.outputSha256, 32);
    requireLength("salt", msg.salt, 32);
  },
  handle(ctx, msg) {
    const task = requireTask(ctx, msg.taskId);
    if (task.status !== TaskStatus.TASK_STATUS_COMMIT || task.parked) {
      const state = task.parked ? "parked" : `status ${task.status}`;
      throw errors.notInCommit(`task ${task.id}: expected COMMIT, got ${state}`);
    }
    const seat = requireCommitted(ctx, task, msg.node);
    const bond = staking.findBond(ctx, task.service, msg.node);
    if (msg.reporter === msg.node || msg.reporter === bond?.operator) {
      throw errors.ownLeak(`reporter: expected another than ${msg.node} and its operator`);
    }
    const opened = opens(seat.commitment, {
      chainId: ctx.block.chainId,
      taskId: task.id,
      attempt: seat.attempt,
      role: seat.role,
      node: seat.node,
      resultHash: msg.resultHash,
      outputSha256: msg.outputSha256,
      salt: msg.salt,
    });
    if (!opened) throw errors.wrongOpening(`opening: expected that of ${msg.node}, got another`);

    // None while another fault of that bond is open: it would only buy a part of that slash back. Nor to the
    // requester, who must never gain by a slash (Z5).
    const hasOpenFault = (bond?.heldSlashes ?? 0) > 0;
    const noBounty = hasOpenFault || msg.reporter === task.requester;
    const share = noBounty ? dec(0n) : params.get(ctx).bounty;
    const taken = slashSeat(ctx, task, seat, {
      severity: wrongSeverity(seat.role),
      reason: "leak",
      n: 1n,
      bounty: { to: msg.reporter, share },
    });
    setSeat(ctx, task.id, {
      ...seat,
      status: SeatStatus.SEAT_STATUS_VOID,
      outcome: SeatOutcome.SEAT_OUTCOME_SLASHED,
      slashed: taken,
    });
    closeSeat(ctx, task.id, seat.node);
    return { bounty: amount(mulDivFloor(taken, share, 10n ** 18n)) };
  },
});

function requireCommitted(ctx: ReadCtx, task: Task, node: Address): Seat {
  const seat = seatsOf(ctx, task.id).find((one) => one.node === node);
  if (seat?.status === SeatStatus.SEAT_STATUS_COMMITTED) return seat;
  throw errors.noCommitment(`node: expected one that committed in task ${task.id}, got ${node}`);
}
