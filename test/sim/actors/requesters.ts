import { utf8Encode } from "../../../core/bytes.ts";
import { sha256 } from "../../../core/crypto/sha256.ts";
import { TaskStatus } from "../../../modules/tasks/index.ts";
import { nextTaskId, tasks } from "../../../modules/tasks/state.ts";
import * as wire from "../../../proto/gen/assay/tasks/v1/tx.ts";
import type { TestKey } from "../../support/keys.ts";
import { statusName } from "../words.ts";
import type { World } from "../world.ts";
import { mainServices, taskKeys } from "./services.ts";

const type = (name: string): string => `/assay.tasks.v1.${name}`;

/** Asks of every size, well meant and not; `eager` is how many out of a thousand heights see one. */
export function actOnRequests(world: World, eager: number): void {
  const { luck, cast } = world;
  if (luck.hits(eager)) request(world, luck.pick(cast.requesters));
  if (luck.hits(10)) {
    world.tallies.add("fault: burst of requests");
    for (let i = luck.between(3, 12); i > 0; i--) request(world, luck.pick(cast.requesters));
  }
  if (luck.hits(15)) {
    world.tallies.add("fault: requester without money");
    request(world, cast.poor);
  }
  // A node that asks for itself is not drawn and earns no reputation by it.
  if (luck.hits(20)) request(world, luck.pick(cast.nodes));
  if (luck.hits(60)) cancel(world);
}

function request(world: World, requester: TestKey): void {
  const { luck } = world;
  const input = utf8Encode(`input ${luck.below(5)}`.padEnd(luck.hits(50) ? 1_500 : 8));
  const outside = { sha256: sha256(input), size: BigInt(input.length) };
  const flaw = luck.below(40);
  const fields = {
    requester: requester.address,
    service: flaw === 0 ? "nobody-knows" : luck.pick(mainServices),
    version: flaw === 1 ? "9.9.9" : luck.hits(200) ? "1" : "",
    taskKey: flaw === 2 ? "unknown" : luck.pick(taskKeys),
    input: luck.hits(100) ? outside : { inline: input },
    validators: luck.pick([0, 0, 1, 2, 2, 3, 3, 4, 5]),
    maxFee: flaw === 3 ? "10" : "1000000000",
    selection: flaw === 4 ? 3 : 0,
    encrypted: flaw === 5,
    tags: flaw === 6 ? ["x".repeat(65)] : ["sim"],
  };
  if (flaw <= 6) world.tallies.add("fault: request that asks too much");
  const message = world.message(type("MsgRequestTask"), wire.MsgRequestTask, fields);
  if (luck.hits(30)) {
    // Both or none: the second message of the transaction cannot succeed.
    world.tallies.add("fault: transaction that fails in its second message");
    const wrong = { requester: requester.address, taskId: 999_999_999n };
    const bad = world.message(type("MsgCancelTask"), wire.MsgCancelTask, wrong);
    world.send(requester, [message, bad]);
    return;
  }
  world.send(requester, [message]);
}

/** Of a young task, at any phase; only before the draw it may. */
function cancel(world: World): void {
  const { luck, ctx } = world;
  const next = nextTaskId.peek(ctx);
  const id = next - 1n - BigInt(luck.below(4));
  const task = id < 1n ? undefined : tasks.get(ctx, id as Parameters<typeof tasks.get>[1]);
  if (task === undefined) return;
  const waiting = [...tasks.values(ctx)].filter(
    ({ status }) => status === TaskStatus.TASK_STATUS_REQUESTED,
  );
  const chosen = luck.hits(600) && waiting.length > 0 ? luck.pick(waiting) : task;
  const foreign = luck.hits(100);
  const key = world.everybody.find(({ address }) => address === chosen.requester);
  const by = foreign ? luck.pick(world.cast.users) : key;
  if (by === undefined) return;
  const phase = statusName(chosen.status);
  world.tallies.add(foreign ? "fault: stranger cancels" : `fault: requester cancels (${phase})`);
  const fields = { requester: by.address, taskId: chosen.id };
  world.send(by, [world.message(type("MsgCancelTask"), wire.MsgCancelTask, fields)]);
}
