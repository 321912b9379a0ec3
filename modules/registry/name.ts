import type { Address } from "../../core/brand.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { errors } from "./errors.ts";
import { kindText } from "./kinds.ts";
import { isName } from "./names.ts";
import { retired, services, users } from "./state.ts";
import { NameKind, type Service, type User } from "./types.ts";

/** What keeps a name from being registered now: its code and why; undefined when it is free. */
export function whyNotFree(
  ctx: ReadCtx,
  kind: NameKind,
  name: string,
): readonly ["invalidName" | "nameTaken" | "nameResting", string] | undefined {
  if (!isName(name)) return ["invalidName", `name: expected the name rule, got "${name}"`];
  const taken = kind === NameKind.NAME_KIND_USER ? users.has(ctx, name) : services.has(ctx, name);
  if (taken) return ["nameTaken", `name: expected a free ${kindText(kind)} name, got "${name}"`];
  const rest = retired.get(ctx, [kind, name]);
  if (rest === undefined) return undefined;
  if (rest.restsUntilMs === 0n) {
    return ["nameResting", `name: expected one that is not reserved, got "${name}"`];
  }
  if (ctx.block.timeMs >= rest.restsUntilMs) return undefined;
  return [
    "nameResting",
    `block time: expected at least ${rest.restsUntilMs}, got ${ctx.block.timeMs}`,
  ];
}

export function requireFree(ctx: ReadCtx, kind: NameKind, name: string): void {
  const why = whyNotFree(ctx, kind, name);
  if (why !== undefined) errors.raise(...why);
}

/** Ends a rest that is over, for the name's new owner. */
export function forgetRest(ctx: Ctx, kind: NameKind, name: string): void {
  if (retired.has(ctx, [kind, name])) retired.remove(ctx, [kind, name]);
}

export function requireUser(ctx: ReadCtx, username: string): User {
  const user = users.get(ctx, username);
  if (user === undefined)
    throw errors.unknownName(`user: expected a registered name, got "${username}"`);
  return user;
}

export function findUserOf(ctx: ReadCtx, owner: Address): User | undefined {
  for (const username of users.by(ctx, "owner", owner)) return users.get(ctx, username);
  return undefined;
}

export function requireUserOf(ctx: ReadCtx, owner: Address): User {
  const user = findUserOf(ctx, owner);
  if (user === undefined) throw errors.notUser(`owner: expected a registered user, got ${owner}`);
  return user;
}

/** An owner with services must stay a user: they are signed with its key. */
export function requireNoServices(ctx: ReadCtx, owner: Address): void {
  for (const name of services.by(ctx, "owner", owner)) {
    throw errors.ownsServices(`owner: expected no services, got "${name}"`);
  }
}

export function requireService(ctx: ReadCtx, name: string): Service {
  const service = services.get(ctx, name);
  if (service === undefined) {
    throw errors.unknownName(`service: expected a registered name, got "${name}"`);
  }
  return service;
}

export function requireOwner(record: User | Service, owner: Address): void {
  if (record.owner === owner) return;
  throw errors.notOwner(`owner: expected ${record.owner}, got ${owner}`);
}

export function requireOwnService(ctx: ReadCtx, name: string, owner: Address): Service {
  const service = requireService(ctx, name);
  requireOwner(service, owner);
  return service;
}
