import { proto } from "../../../core/codec.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgRotateKeyResponse } from "../../../proto/gen/assay/registry/v1/tx.ts";
import { checkSigningKey } from "../checks.ts";
import { userUpdated } from "../events.ts";
import { requireUserOf } from "../name.ts";
import { users } from "../state.ts";
import { MsgRotateKey } from "../types.ts";

/** Effective now; a published release keeps the key that it was signed with. */
export const rotateKey = defineMsg({
  typeUrl: "/assay.registry.v1.MsgRotateKey",
  request: MsgRotateKey,
  response: proto(MsgRotateKeyResponse),
  signer: (msg) => msg.owner,
  validate: (msg) => checkSigningKey("new_key", msg.newKey),
  handle(ctx, { owner, newKey }) {
    const user = requireUserOf(ctx, owner);
    users.set(ctx, user.username, { ...user, signingKey: newKey });
    emit(ctx, userUpdated, { username: user.username });
    return {};
  },
});
