import { proto } from "../../../core/codec.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgCommitNameResponse } from "../../../proto/gen/assay/registry/v1/tx.ts";
import { toModule } from "../../bank/index.ts";
import { saveCommitment } from "../commitments.ts";
import { errors } from "../errors.ts";
import { nameCommitted } from "../events.ts";
import { commitments, params } from "../state.ts";
import { MsgCommitName } from "../types.ts";

export const commitName = defineMsg({
  typeUrl: "/assay.registry.v1.MsgCommitName",
  request: MsgCommitName,
  response: proto(MsgCommitNameResponse),
  signer: (msg) => msg.committer,
  validate({ commitment }) {
    if (commitment.length === 32) return;
    throw errors.invalidCommitment(`commitment: expected 32 bytes, got ${commitment.length}`);
  },
  handle(ctx, { committer, commitment }) {
    if (commitments.has(ctx, [committer, commitment])) {
      throw errors.commitmentExists("commitment: expected a new one, got one that is open");
    }
    const { denom, nameDeposit, nameCommitMaxMs } = params.get(ctx);
    const { height, timeMs } = ctx.block;
    const expiresMs = timeMs + nameCommitMaxMs;
    toModule(ctx, committer, "registry", denom, nameDeposit);
    saveCommitment(ctx, { committer, commitment, deposit: nameDeposit, height, expiresMs });
    emit(ctx, nameCommitted, { committer, commitment });
    return { expiresMs };
  },
});
