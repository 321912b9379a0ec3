import { proto } from "../../../core/codec.ts";
import { sdkErrors } from "../../../core/errors.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgRevokeAllowanceResponse } from "../../../proto/cosmos.ts";
import { revoke } from "../grants.ts";
import { MsgRevokeAllowance } from "../types.ts";

export const revokeAllowance = defineMsg({
  typeUrl: "/cosmos.feegrant.v1beta1.MsgRevokeAllowance",
  request: MsgRevokeAllowance,
  response: proto(MsgRevokeAllowanceResponse),
  signer: (msg) => msg.granter,
  validate({ granter, grantee }) {
    if (granter === grantee) {
      throw sdkErrors.invalidAddress("addresses must be different: invalid address");
    }
  },
  handle(ctx, { granter, grantee }) {
    revoke(ctx, { granter, grantee });
    return {};
  },
});
