import { proto } from "../../../core/codec.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgUpdateProfileResponse } from "../../../proto/gen/assay/registry/v1/tx.ts";
import { checkEncryptionKey, checkHash } from "../checks.ts";
import { userUpdated } from "../events.ts";
import { requireUserOf } from "../name.ts";
import { users } from "../state.ts";
import { MsgUpdateProfile } from "../types.ts";

export const updateProfile = defineMsg({
  typeUrl: "/assay.registry.v1.MsgUpdateProfile",
  request: MsgUpdateProfile,
  response: proto(MsgUpdateProfileResponse),
  signer: (msg) => msg.owner,
  validate(msg) {
    checkHash("profile_hash", msg.profileHash);
    checkEncryptionKey(msg.encryptionKey);
  },
  handle(ctx, { owner, profileHash, encryptionKey }) {
    const user = requireUserOf(ctx, owner);
    users.set(ctx, user.username, { ...user, profileHash, encryptionKey });
    emit(ctx, userUpdated, { username: user.username });
    return {};
  },
});
