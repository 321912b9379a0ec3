import { defineModule } from "../../core/module.ts";
import { endBlock } from "./endBlock.ts";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { addBond } from "./msgs/addBond.ts";
import { bond } from "./msgs/bond.ts";
import { extendCommitment } from "./msgs/extendCommitment.ts";
import { heartbeat } from "./msgs/heartbeat.ts";
import { setOperator } from "./msgs/setOperator.ts";
import { unbond } from "./msgs/unbond.ts";
import { unjail } from "./msgs/unjail.ts";
import { queries } from "./queries.ts";

export const stakingModule = defineModule({
  name: "staking",
  store: "staking",
  version: 1,
  msgs: [bond, addBond, extendCommitment, unbond, setOperator, unjail, heartbeat],
  queries,
  genesis,
  invariants,
  endBlock,
});
