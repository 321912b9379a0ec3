import type { ReadCtx, Ctx } from "../core/context.ts";
import type { ModuleDef } from "../core/module.ts";
import { authModule } from "../modules/auth/index.ts";
import { bankModule } from "../modules/bank/index.ts";

/** Every module of the chain, lowest first: the order of genesis and of hooks. */
export const modules: readonly ModuleDef[] = [authModule, bankModule];

/** What a block begins with; the beacon's contribution comes between the two. */
export const beginBefore: readonly ModuleDef[] = [];
export const beginAfter: readonly ModuleDef[] = modules.filter((m) => !beginBefore.includes(m));
/** Clock closes every block. */
export const endOrder: readonly ModuleDef[] = [];

export const beacon = {
  isDue: (_ctx: ReadCtx): boolean => false,
  contributionMessage: (_ctx: ReadCtx): Uint8Array => new Uint8Array(32),
  verifyContribution: (_c: ReadCtx, _p: Uint8Array, _s: Uint8Array): boolean => false,
  contribute: (_ctx: Ctx, _s: Uint8Array): void => undefined,
};
export const clock = { noteWork: (_ctx: Ctx): void => undefined };
