import { proto } from "../../../core/codec.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgRegisterUserResponse } from "../../../proto/gen/assay/registry/v1/tx.ts";
import { checkEncryptionKey, checkHash, checkName, checkSalt, checkSigningKey } from "../checks.ts";
import { requireCommitment, takeNameDeposit } from "../commitments.ts";
import { errors } from "../errors.ts";
import { userRegistered } from "../events.ts";
import { findUserOf, forgetRest, requireFree } from "../name.ts";
import { users } from "../state.ts";
import { MsgRegisterUser, NameKind } from "../types.ts";

const kind = NameKind.NAME_KIND_USER;

export const registerUser = defineMsg({
  typeUrl: "/assay.registry.v1.MsgRegisterUser",
  request: MsgRegisterUser,
  response: proto(MsgRegisterUserResponse),
  signer: (msg) => msg.owner,
  validate(msg) {
    checkName("username", msg.username);
    checkSigningKey("signing_key", msg.signingKey);
    checkEncryptionKey(msg.encryptionKey);
    checkHash("profile_hash", msg.profileHash);
    checkSalt(msg.salt);
  },
  handle(ctx, { owner, username, signingKey, encryptionKey, profileHash, salt }) {
    requireFree(ctx, kind, username);
    const other = findUserOf(ctx, owner);
    if (other !== undefined) {
      throw errors.alreadyUser(`owner: expected one without a username, got "${other.username}"`);
    }
    const commitment = requireCommitment(ctx, kind, username, owner, salt);

    const deposit = takeNameDeposit(ctx, owner, commitment);
    forgetRest(ctx, kind, username);
    users.set(ctx, username, {
      owner,
      username,
      signingKey,
      encryptionKey,
      profileHash,
      deposit,
      registeredHeight: ctx.block.height,
      registeredMs: ctx.block.timeMs,
      offeredTo: "",
    });
    emit(ctx, userRegistered, { username, owner });
    return {};
  },
});
