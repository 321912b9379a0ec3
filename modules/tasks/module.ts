import { defineModule } from "../../core/module.ts";
import { drawDue } from "./beginBlock/draw.ts";
import { endBlock } from "./endBlock.ts";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { cancelTask } from "./msgs/cancelTask.ts";
import { commit } from "./msgs/commit.ts";
import { reportLeak } from "./msgs/reportLeak.ts";
import { requestTask } from "./msgs/requestTask.ts";
import { reveal } from "./msgs/reveal.ts";
import { submitResult } from "./msgs/submitResult.ts";
import { queries } from "./queries.ts";

export const tasksModule = defineModule({
  name: "tasks",
  store: "tasks",
  version: 1,
  msgs: [requestTask, commit, reveal, submitResult, cancelTask, reportLeak],
  queries,
  genesis,
  invariants,
  beginBlock: drawDue,
  endBlock,
});
