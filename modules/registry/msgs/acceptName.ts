import type { Address } from "../../../core/brand.ts";
import { proto } from "../../../core/codec.ts";
import type { Ctx } from "../../../core/context.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgAcceptNameResponse } from "../../../proto/gen/assay/registry/v1/tx.ts";
import { checkName } from "../checks.ts";
import { errors } from "../errors.ts";
import { nameTransferred } from "../events.ts";
import { kindText } from "../kinds.ts";
import {
  findUserOf,
  requireNoServices,
  requireService,
  requireUser,
  requireUserOf,
} from "../name.ts";
import { services, users } from "../state.ts";
import { MsgAcceptName, NameKind } from "../types.ts";

export const acceptName = defineMsg({
  typeUrl: "/assay.registry.v1.MsgAcceptName",
  request: MsgAcceptName,
  response: proto(MsgAcceptNameResponse),
  signer: (msg) => msg.newOwner,
  validate({ kind, name }) {
    kindText(kind);
    checkName("name", name);
  },
  handle(ctx, { newOwner, kind, name }) {
    const accept = kind === NameKind.NAME_KIND_USER ? acceptUser : acceptService;
    const from = accept(ctx, name, newOwner);
    emit(ctx, nameTransferred, { kind: kindText(kind), name, from, to: newOwner });
    return {};
  },
});

function requireOffered(offeredTo: Address | "", newOwner: Address): void {
  if (offeredTo === newOwner) return;
  throw errors.notOffered(`new_owner: expected "${offeredTo}", got ${newOwner}`);
}

/** Old keys and profile do not come along: they would sign and read for the old owner. The deposit does. */
function acceptUser(ctx: Ctx, name: string, newOwner: Address): Address {
  const user = requireUser(ctx, name);
  requireOffered(user.offeredTo, newOwner);
  const other = findUserOf(ctx, newOwner);
  if (other !== undefined) {
    throw errors.alreadyUser(`new_owner: expected one without a username, got "${other.username}"`);
  }
  requireNoServices(ctx, user.owner);
  users.set(ctx, name, {
    ...user,
    owner: newOwner,
    signingKey: new Uint8Array(),
    encryptionKey: new Uint8Array(),
    profileHash: new Uint8Array(),
    offeredTo: "",
  });
  return user.owner;
}

function acceptService(ctx: Ctx, name: string, newOwner: Address): Address {
  const service = requireService(ctx, name);
  requireOffered(service.offeredTo, newOwner);
  requireUserOf(ctx, newOwner);
  services.set(ctx, name, { ...service, owner: newOwner, offeredTo: "" });
  return service.owner;
}
