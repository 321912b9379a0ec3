import { proto } from "../../core/codec.ts";
import { defineQuery } from "../../core/module.ts";
import { QueryClockRequest, QueryClockResponse } from "../../proto/gen/assay/clock/v1/query.ts";
import { params } from "./params.ts";
import { fullBlockCount, slots, ticks } from "./state.ts";
import { epoch, genesisMs, slot } from "./time.ts";
import { openWindows } from "./windows.ts";

const queryClock = defineQuery({
  path: "/assay.clock.v1.Query/Clock",
  request: proto(QueryClockRequest),
  response: proto(QueryClockResponse),
  handle: (ctx) => ({
    state: {
      genesisMs: genesisMs(ctx),
      openWindows: openWindows(ctx),
      slot: slots.find(ctx),
      fullBlocks: fullBlockCount.find(ctx),
      ticks: ticks.find(ctx)?.ticks ?? [],
    },
    params: params(ctx),
    epoch: epoch(ctx),
    slot: slot(ctx),
  }),
});

export const queries = [queryClock];
