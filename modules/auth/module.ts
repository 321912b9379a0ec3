import { defineModule } from "../../core/module.ts";
import { genesis } from "./genesis.ts";
import { moduleNamesAreComplete, numbersNameAccounts } from "./invariants.ts";
import { queries } from "./queries.ts";

export const authModule = defineModule({
  name: "auth",
  store: "acc",
  version: 1,
  msgs: [],
  queries,
  genesis,
  invariants: { numbersNameAccounts, moduleNamesAreComplete },
});
