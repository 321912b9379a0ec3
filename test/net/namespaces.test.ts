import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { QueryError, follow, isFinished, type AssayClient } from "../../client/index.ts";
import {
  SeatOutcome,
  SeatStatus,
  TaskStatus,
  type Task,
} from "../../proto/gen/assay/tasks/v1/tasks.ts";
import { PostStatus } from "../../proto/gen/assay/tasks/v1/tx.ts";
import { allPosts } from "../support/blocks.ts";
import { cometForTests } from "../support/comet.ts";
import { differences } from "../support/headers.ts";
import { HistoryClient, faultsOfClaims, faultsOfSends, paidTo } from "../support/histories.ts";
import { shuffled } from "../support/killPoints.ts";
import { netFaults } from "../support/netFaults.ts";
import { NetLab } from "../support/netLab.ts";
import { TestNetwork } from "../support/network.ts";
import { heightOf, signerOf, untilAll, untilAny } from "../support/nodeWatch.ts";
import { OpenTasks, stages, type Stage } from "../support/openTasks.ts";
import { seededRandom } from "../support/seededRandom.ts";
import { silence, silences } from "../support/silences.ts";

const comet = await cometForTests();
const refusal = comet.skip === false ? await NetLab.refusal() : undefined;
const skip = comet.skip === false ? (refusal ?? false) : comet.skip;
const nodes = [0, 1, 2, 3] as const;
const owners = [1, 2, 3, 4] as const;
const sinkAccount = 9;
const seed = Number(process.env["TEST_SEED"] ?? 1);
const random = seededRandom(seed);
/** Which node each fault hits; the third one always answers its clients. */
const hit = shuffled(nodes, random);
const asked = hit[2] ?? 0;

/** How long a fault lasts once it has struck. */
const faultMs = 6_000;

describe(`T8: four machines on a hostile network, seed ${seed}`, { skip, timeout: 660_000 }, () => {
  let lab: NetLab;
  let net: TestNetwork;
  let client: AssayClient;
  let sink = "";
  const histories: HistoryClient[] = [];
  const tasks: bigint[] = [];
  const ends = new Map<string, number>();
  const openAtStrike = new Map<Stage, number>();
  let open: OpenTasks;
  let signers: readonly string[] = [];
  let struck = 0;
  const dropped = new Map<string, number>();

  before(async () => {
    lab = await NetLab.create(nodes.length + owners.length);
    net = await TestNetwork.start(comet.path, nodes.length, undefined, { placement: lab });
    signers = await Promise.all(net.rpc.map(signerOf));
    // Whoever can post in one of these faults is in time; only the brief task meets silence.
    await net.publish({ commitBlocks: 120, revealBlocks: 100, briefBlocks: 20 });
    // Each asks another node first, as services of several operators do.
    for (const [i, owner] of owners.entries())
      await net.startExecutor(owner, { rpc: from(owner), place: nodes.length + i });
    await net.untilEligible(owners.length);
    client = await net.client(0, from(asked));
    open = new OpenTasks(net, client);
    sink = (await net.client(sinkAccount)).sender.address;
    for (const account of [5, 6, 7]) {
      const one = new HistoryClient(await net.client(account, from(account)), account, sink);
      await one.register(`history-${account}`);
      histories.push(one);
    }
  });

  after(async () => {
    await Promise.all(histories.map((history) => history.stop()));
    await net?.stop();
    await lab?.remove();
  });

  const from = (first: number): string[] =>
    nodes.map((i) => net.rpc[(first + i) % nodes.length] ?? "");
  const faults = netFaults(() => ({ lab, net, signers }), hit);

  const ended = (task: Task): void => {
    tasks.push(task.id);
    const name = nameOf(task.status);
    ends.set(name, (ends.get(name) ?? 0) + 1);
  };

  for (const [i, { kind, strike, effect, mend, goesOn }] of shuffled(faults, random).entries()) {
    const stage = stages[i % stages.length] ?? "drawn";
    it(`${kind} at a task that is ${stage}: tasks in flight end by the rules, the chain ${goesOn ? "goes on" : "waits and goes on"}`, async (context) => {
      for (const history of histories) history.start();
      const inFlight = await open.hold(stage);
      let during: Promise<bigint> | undefined;
      try {
        await strike();
        struck++;
        const atStrike = await heightOf(...net.rpc);
        await open.assertAt(inFlight, stage);
        openAtStrike.set(stage, (openAtStrike.get(stage) ?? 0) + 1);
        open.resume();
        if (goesOn) {
          during = open.request();
          await untilAny(net.rpc, atStrike + 3);
        }
        const [seen] = await Promise.all([effect(atStrike), delay(faultMs)]);
        context.diagnostic(seen);
        const packets = (await lab.drops()).reduce((sum, one) => sum + one, 0);
        if (packets > 0) dropped.set(kind, packets);
      } finally {
        open.resume();
        await lab.heal();
        await mend?.();
      }
      const healed = performance.now();
      const top = await heightOf(...net.rpc);
      await untilAll(net.rpc, top + 3);
      const backMs = Math.round(performance.now() - healed);
      const ids = [inFlight, ...(during === undefined ? [] : [await during])];
      for (const id of ids) {
        const task = await endOf(client, id);
        ended(task);
        assertByTheRules(task);
      }
      await Promise.all(histories.map((history) => history.stop()));
      context.diagnostic(`all nodes 3 heights further ${backMs} ms after healing`);
    });
  }

  for (const one of silences) {
    it(`${one.who} cut off past the window: ${nameOf(one.status)} in attempt ${one.attempt}, each loses ${one.silent[1]}`, async (context) => {
      const { task, lost } = await silence({ lab, net, client }, one);
      struck++;
      ended(task);
      // Cables are whole again: all are heard of and drawn, whatever they missed.
      await net.untilEligible(owners.length);
      context.diagnostic(`reliability: uassay lost by operators who were cut off = ${lost}`);
    });
  }

  it("no header differs at any height on any node", async (context) => {
    await net.stopExecutors();
    const last = await heightOf(...net.rpc);
    await untilAll(net.rpc, last);
    assert.deepEqual(await differences(net.rpc, last), []);
    context.diagnostic(`reliability: network faults = ${struck}`);
    for (const [kind, packets] of dropped)
      context.diagnostic(`reliability: packets dropped by network faults: ${kind} = ${packets}`);
    for (const [stage, count] of openAtStrike)
      context.diagnostic(`reliability: tasks open as a network fault struck: ${stage} = ${count}`);
    for (const [name, count] of ends)
      context.diagnostic(`reliability: tasks through network faults: ${name} = ${count}`);
    context.diagnostic(`reliability: heights compared on 4 nodes = ${last}`);
    assert.equal(struck, faults.length + silences.length);
  });

  it("no seat's commit or reveal was taken twice", async () => {
    const posts = await allPosts(client.rpc, await heightOf(...net.rpc));
    const taken = posts.filter(({ status }) => status === PostStatus.POST_STATUS_OK);
    const keys = taken.map(({ key }) => key);
    assert.ok(keys.length >= tasks.length);
    assert.deepEqual(
      keys.filter((key, i) => keys.indexOf(key) !== i),
      [],
    );
  });

  it("T11: no acknowledged send is lost, none applied twice, each name has the one owner told so", async (context) => {
    const operations = histories.flatMap((history) => history.operations);
    const paid = await paidTo(sink, client, await heightOf(...net.rpc));
    assert.deepEqual(faultsOfSends(operations, paid), []);
    const names = new Set(operations.flatMap((one) => (one.kind === "claim" ? [one.name] : [])));
    const owned = new Map<string, string | undefined>();
    for (const name of names) owned.set(name, await ownerOf(client, name));
    assert.deepEqual(faultsOfClaims(operations, owned), []);
    const count = (end: string): number => operations.filter((one) => one.end === end).length;
    assert.ok(count("acknowledged") > faults.length);
    context.diagnostic(`reliability: client operations under faults = ${operations.length}`);
    for (const end of ["acknowledged", "refused", "unknown"])
      context.diagnostic(
        `reliability: client operations under faults, by end: ${end} = ${count(end)}`,
      );
    context.diagnostic(`reliability: names raced for = ${names.size}`);
  });
});

async function endOf(client: AssayClient, taskId: bigint): Promise<Task> {
  await follow(client, taskId, { timeoutMs: 120_000 }).catch(() => undefined);
  const { task } = await client.tasks.task({ taskId });
  assert.ok(task !== undefined && isFinished(task), `task ${taskId}: expected an end`);
  return task;
}

function nameOf(status: TaskStatus): string {
  const [name] = Object.entries(TaskStatus).find(([, value]) => value === status) ?? [];
  return name?.replace("TASK_STATUS_", "") ?? String(status);
}

/** Honest nodes that a fault kept away may miss; nobody's content is slashed, and without a result the escrow goes back. */
function assertByTheRules(task: Task): void {
  const { status, escrow, settlement } = task;
  assert.match(nameOf(status), /^(VALID|EXPIRED)$/, `task ${task.id}`);
  for (const seat of task.seats) {
    assert.notEqual(seat.outcome, SeatOutcome.SEAT_OUTCOME_SLASHED, `${task.id}: ${seat.node}`);
    // A miss costs two seat fees at most.
    assert.ok(BigInt(seat.slashed) <= 2_000n, `${task.id}: ${seat.slashed}`);
    if (seat.status === SeatStatus.SEAT_STATUS_REVEALED && status === TaskStatus.TASK_STATUS_VALID)
      assert.equal(seat.outcome, SeatOutcome.SEAT_OUTCOME_PAID);
  }
  if (status === TaskStatus.TASK_STATUS_VALID) {
    assert.equal(Buffer.from(task.result?.inline ?? []).toString(), '{"sum":6}');
    return;
  }
  const burned = BigInt(settlement?.burned ?? "0");
  assert.equal(BigInt(settlement?.refunded ?? "0"), BigInt(escrow?.total ?? "0") - burned);
}

async function ownerOf(client: AssayClient, name: string): Promise<string | undefined> {
  try {
    return (await client.registry.service({ name })).service?.owner;
  } catch (error) {
    if (error instanceof QueryError && error.notFound) return undefined;
    throw error;
  }
}
