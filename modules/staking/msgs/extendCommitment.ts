import { proto } from "../../../core/codec.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgExtendCommitmentResponse } from "../../../proto/gen/assay/staking/v1/tx.ts";
import { highestActiveRelease } from "../../registry/index.ts";
import { requireBond, saveBond } from "../bonds.ts";
import * as checks from "../checks.ts";
import { errors } from "../errors.ts";
import { commitmentExtended } from "../events.ts";
import { MsgExtendCommitment } from "../types.ts";

export const extendCommitment = defineMsg({
  typeUrl: "/assay.staking.v1.MsgExtendCommitment",
  request: MsgExtendCommitment,
  response: proto(MsgExtendCommitmentResponse),
  signer: (msg) => msg.owner,
  validate(msg) {
    checks.checkService(msg.service);
    checks.checkCommitment(msg.commitmentMs);
  },
  handle(ctx, { owner: node, service, commitmentMs }) {
    const bond = requireBond(ctx, service, node);
    checks.requireStaying(bond);
    checks.requireLongEnough(ctx, highestActiveRelease(ctx, service), commitmentMs);
    const committedUntilMs = ctx.block.timeMs + commitmentMs;
    if (committedUntilMs <= bond.committedUntilMs) {
      throw errors.commitmentTooShort(
        `end of commitment: expected after ${bond.committedUntilMs}, got ${committedUntilMs}`,
      );
    }

    saveBond(ctx, bond, { ...bond, commitmentMs, committedUntilMs });
    emit(ctx, commitmentExtended, { service, node, committedUntilMs });
    return { committedUntilMs };
  },
});
