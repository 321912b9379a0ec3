import { proto } from "../../../core/codec.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgRegisterServiceResponse } from "../../../proto/gen/assay/registry/v1/tx.ts";
import { checkHash, checkName, checkSalt } from "../checks.ts";
import { requireCommitment, takeNameDeposit } from "../commitments.ts";
import { serviceRegistered } from "../events.ts";
import { forgetRest, requireFree, requireUserOf } from "../name.ts";
import { services } from "../state.ts";
import { MsgRegisterService, NameKind } from "../types.ts";

const kind = NameKind.NAME_KIND_SERVICE;

export const registerService = defineMsg({
  typeUrl: "/assay.registry.v1.MsgRegisterService",
  request: MsgRegisterService,
  response: proto(MsgRegisterServiceResponse),
  signer: (msg) => msg.owner,
  validate(msg) {
    checkName("name", msg.name);
    checkHash("metadata_hash", msg.metadataHash);
    checkSalt(msg.salt);
  },
  handle(ctx, { owner, name, metadataHash, salt }) {
    requireFree(ctx, kind, name);
    requireUserOf(ctx, owner);
    const commitment = requireCommitment(ctx, kind, name, owner, salt);

    const deposit = takeNameDeposit(ctx, owner, commitment);
    forgetRest(ctx, kind, name);
    services.set(ctx, name, {
      name,
      owner,
      metadataHash,
      deposit,
      registeredHeight: ctx.block.height,
      registeredMs: ctx.block.timeMs,
      latestVersion: "",
      releases: 0n,
      offeredTo: "",
    });
    emit(ctx, serviceRegistered, { service: name, owner });
    return {};
  },
});
