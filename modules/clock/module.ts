import { defineModule } from "../../core/module.ts";
import { endBlock } from "./endBlock.ts";
import { genesis } from "./genesis.ts";
import { ticksAscend } from "./invariants.ts";
import { queries } from "./queries.ts";

export const clockModule = defineModule({
  name: "clock",
  store: "clock",
  version: 1,
  msgs: [],
  queries,
  genesis,
  invariants: { ticksAscend },
  endBlock,
});
