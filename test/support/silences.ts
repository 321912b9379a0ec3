import assert from "node:assert/strict";
import { follow, type AssayClient } from "../../client/index.ts";
import { Role } from "../../proto/gen/assay/registry/v1/registry.ts";
import {
  SeatOutcome,
  TaskStatus,
  type Seat,
  type Task,
} from "../../proto/gen/assay/tasks/v1/tasks.ts";
import type { NetLab } from "./netLab.ts";
import { briefKey, type TestNetwork } from "./network.ts";
import { OpenTasks } from "./openTasks.ts";

/** Whose machines are cut off while a task of price 1,000 with two validators is drawn, and what PROTOCOL 9 says then. */
export type Silence = {
  readonly who: string;
  readonly isSilent: (seat: Pick<Seat, "role" | "index">) => boolean;
  readonly status: TaskStatus;
  readonly attempt: number;
  /** Of each seat that is silent, and what it costs its node; of each other one. */
  readonly silent: readonly [SeatOutcome, lost: bigint];
  readonly others: SeatOutcome;
  readonly settlement: {
    readonly nodes: string;
    readonly operators: string;
    readonly burned: string;
    readonly refunded: string;
  };
};

const { SEAT_OUTCOME_MISSED: missed, SEAT_OUTCOME_NOTHING: nothing } = SeatOutcome;

/** One node of four is left as a reserve; the sums are those of the worked example of PROTOCOL 11. */
export const silences: readonly Silence[] = [
  {
    who: "all operators",
    isSilent: () => true,
    // The reserve is called and is silent too; nobody has a value to be compared with, so nobody loses a thing.
    status: TaskStatus.TASK_STATUS_EXPIRED,
    attempt: 2,
    silent: [nothing, 0n],
    others: nothing,
    settlement: { nodes: "0", operators: "0", burned: "150", refunded: "28300" },
  },
  {
    who: "the executor's operator",
    isSilent: ({ index }) => index === 0,
    // The reserve executes: a result, and a miss of twice the seat's fee.
    status: TaskStatus.TASK_STATUS_VALID,
    attempt: 2,
    silent: [missed, 2_000n],
    others: SeatOutcome.SEAT_OUTCOME_PAID,
    settlement: { nodes: "3000", operators: "15000", burned: "75", refunded: "10000" },
  },
  {
    who: "both validators' operators",
    isSilent: ({ role }) => role === Role.ROLE_VALIDATOR,
    // Half of the validators or fewer committed: no reveal phase.
    status: TaskStatus.TASK_STATUS_NO_MAJORITY,
    attempt: 1,
    silent: [missed, 2_000n],
    others: SeatOutcome.SEAT_OUTCOME_POST_FEES,
    settlement: { nodes: "0", operators: "2500", burned: "150", refunded: "25800" },
  },
];

export type Silenced = { readonly task: Task; readonly lost: bigint };

/** Cuts the silent off before anybody has an answer, until the task has ended as it must. */
export async function silence(
  { lab, net, client }: { lab: NetLab; net: TestNetwork; client: AssayClient },
  expected: Silence,
): Promise<Silenced> {
  const tasks = new OpenTasks(net, client);
  const stakes = await stakesOf(client);
  const id = await tasks.hold("drawn", briefKey);
  try {
    const { seats } = await tasks.task(id);
    const away = seats.filter(expected.isSilent).map(({ node }) => node);
    for (const { node, place } of net.executors)
      if (away.includes(node)) await lab.link(place ?? assert.fail("no machine"), "down");
    await tasks.assertAt(id, "drawn");
    tasks.resume();
    // It throws where there is no result.
    await follow(client, id, { timeoutMs: 120_000 }).catch(() => undefined);
  } finally {
    tasks.resume();
    await lab.heal();
  }
  const task = await tasks.task(id);
  const { nodes, operators, burned, refunded } = task.settlement ?? assert.fail("not settled");
  assert.deepEqual(
    { status: task.status, attempt: task.attempt },
    { status: expected.status, attempt: expected.attempt },
  );
  assert.deepEqual({ nodes, operators, burned, refunded }, expected.settlement);
  return { task, lost: await lostBy(client, task, expected, stakes) };
}

/** What each seat says that it lost is what its stake has less. */
async function lostBy(
  client: AssayClient,
  task: Task,
  { isSilent, silent, others }: Silence,
  stakes: ReadonlyMap<string, bigint>,
): Promise<bigint> {
  const after = await stakesOf(client);
  let sum = 0n;
  for (const seat of task.seats) {
    // A reserve that nobody called is asked for nothing.
    const [outcome, lost] = isCalled(seat) && isSilent(seat) ? silent : [others, 0n];
    const taken = (stakes.get(seat.node) ?? 0n) - (after.get(seat.node) ?? 0n);
    const name = `seat ${seat.index} of task ${task.id}`;
    assert.deepEqual([BigInt(seat.slashed), taken], [lost, lost], name);
    if (isCalled(seat)) assert.equal(seat.outcome, outcome, name);
    sum += taken;
  }
  return sum;
}

const isCalled = ({ outcome }: Seat): boolean => outcome !== SeatOutcome.SEAT_OUTCOME_UNSPECIFIED;

async function stakesOf(client: AssayClient): Promise<Map<string, bigint>> {
  const { bonds } = await client.staking.bonds({ service: "sum-demo" });
  return new Map(bonds.map(({ node, amount }) => [node, BigInt(amount)]));
}
