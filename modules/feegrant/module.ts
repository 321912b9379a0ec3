import { defineModule } from "../../core/module.ts";
import { endBlock } from "./endBlock.ts";
import { genesis } from "./genesis.ts";
import { grantsAreWhole, issuedAreGrants, queueIsOfGrants } from "./invariants.ts";
import { grantAllowance } from "./msgs/grantAllowance.ts";
import { pruneAllowances } from "./msgs/pruneAllowances.ts";
import { revokeAllowance } from "./msgs/revokeAllowance.ts";
import { queries } from "./queries.ts";
import { allowanceTypes } from "./types.ts";

export const feegrantModule = defineModule({
  name: "feegrant",
  store: "feegrant",
  version: 1,
  msgs: [grantAllowance, revokeAllowance, pruneAllowances],
  anyTypes: allowanceTypes,
  queries,
  genesis,
  endBlock,
  invariants: { grantsAreWhole, queueIsOfGrants, issuedAreGrants },
});
