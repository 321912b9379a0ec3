import type { Address, Amount } from "../../../core/brand.ts";
import { proto } from "../../../core/codec.ts";
import type { Ctx } from "../../../core/context.ts";
import { emit } from "../../../core/events.ts";
import { defineMsg } from "../../../core/module.ts";
import { MsgRetireNameResponse } from "../../../proto/gen/assay/registry/v1/tx.ts";
import { fromModule } from "../../bank/index.ts";
import { checkName } from "../checks.ts";
import { errors } from "../errors.ts";
import { nameRetired } from "../events.ts";
import { heldBy } from "../holds.ts";
import { kindText } from "../kinds.ts";
import { requireNoServices, requireOwner, requireOwnService, requireUser } from "../name.ts";
import { params, retired, services, users } from "../state.ts";
import { MsgRetireName, NameKind } from "../types.ts";

export const retireName = defineMsg({
  typeUrl: "/assay.registry.v1.MsgRetireName",
  request: MsgRetireName,
  response: proto(MsgRetireNameResponse),
  signer: (msg) => msg.owner,
  validate({ kind, name }) {
    kindText(kind);
    checkName("name", name);
  },
  handle(ctx, { owner, kind, name }) {
    const { nameRestMs, denom } = params.get(ctx);
    const rest = ctx.block.timeMs + nameRestMs;
    const retire = kind === NameKind.NAME_KIND_USER ? retireUser : retireService;
    const { deposit, restsUntilMs } = retire(ctx, name, owner, rest);
    retired.set(ctx, [kind, name], { kind, name, restsUntilMs });
    fromModule(ctx, "registry", owner, denom, deposit);
    emit(ctx, nameRetired, { kind: kindText(kind), name });
    return {};
  },
});

type Retired = { readonly deposit: Amount; readonly restsUntilMs: bigint };

function retireUser(ctx: Ctx, name: string, owner: Address, rest: bigint): Retired {
  const user = requireUser(ctx, name);
  requireOwner(user, owner);
  requireNoServices(ctx, owner);
  users.remove(ctx, name);
  return { deposit: user.deposit, restsUntilMs: rest };
}

/** A name that ever had a release is never free again, so that (service, version) stays unique for ever. */
function retireService(ctx: Ctx, name: string, owner: Address, rest: bigint): Retired {
  const service = requireOwnService(ctx, name, owner);
  const holders = heldBy(ctx, name);
  if (holders > 0n) {
    throw errors.nameHeld(`service: expected no bonds and open tasks, got ${holders}`);
  }
  services.remove(ctx, name);
  return { deposit: service.deposit, restsUntilMs: service.releases > 0n ? 0n : rest };
}
