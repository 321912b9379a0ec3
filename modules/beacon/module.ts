import { defineModule } from "../../core/module.ts";
import { keepRequestBlock } from "./draws.ts";
import { genesis } from "./genesis.ts";
import { drawsHoldWindows, pendingCountsDraws, totalsSumContributors } from "./invariants.ts";
import { queries } from "./queries.ts";

export const beaconModule = defineModule({
  name: "beacon",
  store: "beacon",
  version: 1,
  msgs: [],
  queries,
  genesis,
  invariants: { pendingCountsDraws, drawsHoldWindows, totalsSumContributors },
  beginBlock: keepRequestBlock,
});
