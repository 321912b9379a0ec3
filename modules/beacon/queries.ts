import { proto } from "../../core/codec.ts";
import { page } from "../../core/collections/page.ts";
import { defineQuery } from "../../core/module.ts";
import {
  QueryBeaconRequest,
  QueryBeaconResponse,
  QueryContributorsRequest,
  QueryContributorsResponse,
} from "../../proto/gen/assay/beacon/v1/query.ts";
import { pendingDraws } from "./draws.ts";
import { contributors, lastBeacon } from "./state.ts";

const queryBeacon = defineQuery({
  path: "/assay.beacon.v1.Query/Beacon",
  request: proto(QueryBeaconRequest),
  response: proto(QueryBeaconResponse),
  handle: (ctx) => ({ last: lastBeacon.get(ctx), pending: pendingDraws(ctx) }),
});

const queryContributors = defineQuery({
  path: "/assay.beacon.v1.Query/Contributors",
  request: proto(QueryContributorsRequest),
  response: proto(QueryContributorsResponse),
  handle(ctx, query) {
    const found = page(ctx, contributors, query.pagination, { view: (one) => one });
    return { contributors: found.items, pagination: found.pagination };
  },
});

export const queries = [queryBeacon, queryContributors];
