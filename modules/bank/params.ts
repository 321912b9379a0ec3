import type { ReadCtx } from "../../core/context.ts";
import type { Fault } from "../../core/module.ts";
import * as state from "./state.ts";
import type { Params } from "./types.ts";

export const defaultParams: Params = { defaultSendEnabled: true, sendEnabled: [] };

export function paramFaults(params: Params): Fault[] {
  if (params.sendEnabled.length === 0) return [];
  return [
    {
      pointer: "/params/send_enabled",
      text: `send_enabled: expected none (use the list beside params), got ${params.sendEnabled.length}`,
    },
  ];
}

export function params(ctx: ReadCtx): Params {
  return state.params.get(ctx);
}
