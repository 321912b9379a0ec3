import { proto } from "../../../core/codec.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgOfferNameResponse } from "../../../proto/gen/assay/registry/v1/tx.ts";
import { checkName } from "../checks.ts";
import { errors } from "../errors.ts";
import { nameOffered } from "../events.ts";
import { kindText } from "../kinds.ts";
import { requireOwner, requireOwnService, requireUser } from "../name.ts";
import { services, users } from "../state.ts";
import { MsgOfferName, NameKind } from "../types.ts";

export const offerName = defineMsg({
  typeUrl: "/assay.registry.v1.MsgOfferName",
  request: MsgOfferName,
  response: proto(MsgOfferNameResponse),
  signer: (msg) => msg.owner,
  validate({ kind, name, owner, to }) {
    kindText(kind);
    checkName("name", name);
    if (to === owner) throw errors.notOffered(`to: expected another account, got the owner ${to}`);
  },
  handle(ctx, { owner, kind, name, to }) {
    if (kind === NameKind.NAME_KIND_USER) {
      const user = requireUser(ctx, name);
      requireOwner(user, owner);
      users.set(ctx, name, { ...user, offeredTo: to });
    } else {
      const service = requireOwnService(ctx, name, owner);
      services.set(ctx, name, { ...service, offeredTo: to });
    }
    emit(ctx, nameOffered, { kind: kindText(kind), name, to });
    return {};
  },
});
