import { defineModule } from "../../core/module.ts";
import { bonded } from "../staking/index.ts";
import { genesis } from "./genesis.ts";
import { epochsHaveCome, sumsMatchCounters } from "./invariants.ts";
import { queryBreakdown, queryParams } from "./queries.ts";
import { recordBond } from "./recording.ts";

export const reputationModule = defineModule({
  name: "reputation",
  store: "reputation",
  version: 1,
  msgs: [],
  queries: [queryParams, queryBreakdown],
  genesis,
  on: [bonded.on(recordBond)],
  invariants: { sumsMatchCounters, epochsHaveCome },
});
