import type { Register } from "../register.ts";
import { register as state } from "./state.ts";
import { register as status } from "./status.ts";
import { register as start } from "./start.ts";
import { register as localnet } from "./localnet.ts";
import { register as init } from "./init.ts";
import { register as explain } from "./explain.ts";
import { register as doctor } from "./doctor.ts";
import { register as genesis } from "./genesis.ts";
import { register as join } from "./join.ts";
import { register as comet } from "./comet.ts";
import { register as executor } from "./executor.ts";
import { register as keys } from "./keys.ts";
import { register as query } from "./query.ts";
import { register as service } from "./service.ts";
import { register as task } from "./task.ts";
import { register as tx } from "./tx.ts";

/** Every command, in the order of the help. */
export const commands: readonly Register[] = [
  init,
  genesis,
  join,
  start,
  status,
  doctor,
  state,
  localnet,
  comet,
  explain,
  keys,
  query,
  tx,
  service,
  task,
  executor,
];
