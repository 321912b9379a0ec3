import { defineModule } from "../../core/module.ts";
import { genesis } from "./genesis.ts";
import { balancesAreAboveZero, ownersAreBalances, supplyIsSumOfBalances } from "./invariants.ts";
import { multiSend } from "./msgs/multiSend.ts";
import { sendCoins } from "./msgs/send.ts";
import { queries } from "./queries.ts";

export const bankModule = defineModule({
  name: "bank",
  store: "bank",
  version: 1,
  msgs: [sendCoins, multiSend],
  queries,
  genesis,
  invariants: { supplyIsSumOfBalances, balancesAreAboveZero, ownersAreBalances },
});
