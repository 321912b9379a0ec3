import { defineModule } from "../../core/module.ts";

/** No store and no messages: a weight is worked out from what lower modules keep. */
export const selectionModule = defineModule({
  name: "selection",
  version: 1,
  msgs: [],
  queries: [],
});
