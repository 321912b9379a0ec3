import type { Ctx } from "./context.ts";

export type Subscription = {
  readonly hook: string;
  readonly run: (ctx: Ctx, value: unknown) => void;
};

/** A call up the module list: declared low, subscribed to by higher modules in their module.ts. */
export type Hook<T> = {
  readonly name: string;
  /** Subscribe only with steps that cannot refuse: a throw fails the caller. */
  on(run: (ctx: Ctx, value: T) => void): Subscription;
  run(ctx: Ctx, value: T): void;
};

export function defineHook<T>(name: string): Hook<T> {
  return {
    name,
    on: (run) => ({ hook: name, run: (ctx, value) => run(ctx, value as T) }),
    run(ctx, value) {
      for (const subscriber of ctx.hooks.get(name) ?? []) subscriber(ctx, value);
    },
  };
}
