import { proto } from "../../../core/codec.ts";
import { sdkErrors } from "../../../core/errors.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgGrantAllowanceResponse } from "../../../proto/cosmos.ts";
import { ensureAccount } from "../../auth/index.ts";
import { requireReceiver } from "../../bank/index.ts";
import { allowanceFault } from "../allowances.ts";
import { errors } from "../errors.ts";
import { emitSet } from "../events.ts";
import { addGrant, findGrant, isExpired } from "../grants.ts";
import { MsgGrantAllowance } from "../types.ts";

export const grantAllowance = defineMsg({
  typeUrl: "/cosmos.feegrant.v1beta1.MsgGrantAllowance",
  request: MsgGrantAllowance,
  response: proto(MsgGrantAllowanceResponse),
  signer: (msg) => msg.granter,
  validate({ granter, grantee, allowance }) {
    if (granter === grantee) {
      throw sdkErrors.invalidAddress("cannot self-grant fee authorization: invalid address");
    }
    const fault = allowanceFault(allowance);
    if (fault !== undefined) throw fault;
  },
  handle(ctx, { granter, grantee, allowance }) {
    if (allowance === undefined) throw errors.noAllowance("no allowance");
    if (findGrant(ctx, { granter, grantee }) !== undefined) {
      throw sdkErrors.invalidRequest("fee allowance already exists: invalid request");
    }
    requireReceiver(ctx, grantee);
    if (isExpired(ctx, allowance)) {
      throw sdkErrors.invalidRequest("expiration is before current block time: invalid request");
    }

    // A wallet without coins becomes able to sign: its account and its number come from here.
    ensureAccount(ctx, grantee);
    addGrant(ctx, { granter, grantee }, allowance);
    emitSet(ctx, granter, grantee);
    return {};
  },
});
