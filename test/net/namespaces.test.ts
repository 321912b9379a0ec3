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
import { TestNetwork, releaseName, taskKey } from "../support/network.ts";
import { heightOf, signerOf, untilAll, untilAny } from "../support/nodeWatch.ts";
import { seededRandom } from "../support/seededRandom.ts";

const comet = await cometForTests();
const refusal = comet.skip === false ? await NetLab.refusal() : undefined;
const skip = comet.skip === false ? (refusal ?? false) : comet.skip;
const nodes = [0, 1, 2, 3] as const;
const owners = [1, 2, 3, 4] as const;
const sinkAccount = 9;
const seed = Number(process.env["TEST_SEED"] ?? 1);
const random = seededRandom(seed);
const input = { numbers: [1, 2, 3] };

/** How long a fault lasts once it has struck. */
const faultMs = 8_000;

describe(`T8: four machines on a hostile network, seed ${seed}`, { skip, timeout: 660_000 }, () => {
  let lab: NetLab;
  let net: TestNetwork;
  let client: AssayClient;
  let sink = "";
  const histories: HistoryClient[] = [];
  const tasks: bigint[] = [];
  const ends = new Map<string, number>();
  let signers: readonly string[] = [];
  let struck = 0;
  const dropped = new Map<string, number>();

  before(async () => {
    lab = await NetLab.create(nodes.length);
    net = await TestNetwork.start(comet.path, nodes.length, undefined, { placement: lab });
    signers = await Promise.all(net.rpc.map(signerOf));
    await net.publish({ commitBlocks: 40, revealBlocks: 30 });
    // Each asks another node first, as services of several operators do.
    for (const owner of owners) await net.startExecutor(owner, { rpc: from(owner) });
    await net.untilEligible(owners.length);
    client = await net.client(0, from(1));
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
  const faults = netFaults(() => ({ lab, net, signers }), shuffled(nodes, random));

  const request = async (): Promise<bigint> =>
    new Promise((resolve, reject) => {
      const run = client.run(releaseName, taskKey, input, { timeoutMs: 120_000 });
      run.on("requested", ({ taskId }) => resolve(taskId));
      // Its end is judged later, whatever it is.
      run.catch(reject);
    });

  for (const { kind, strike, effect, mend, goesOn } of shuffled(faults, random)) {
    it(`${kind}: tasks in flight end by the rules, the chain ${goesOn ? "goes on" : "waits and goes on"}`, async (context) => {
      for (const history of histories) history.start();
      const inFlight = await request();
      let during: Promise<bigint> | undefined;
      try {
        await strike();
        struck++;
        const atStrike = await heightOf(...net.rpc);
        if (goesOn) {
          during = request();
          await untilAny(net.rpc, atStrike + 3);
        }
        const [seen] = await Promise.all([effect(atStrike), delay(faultMs)]);
        context.diagnostic(seen);
        const packets = (await lab.drops()).reduce((sum, one) => sum + one, 0);
        if (packets > 0) dropped.set(kind, packets);
      } finally {
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
        tasks.push(id);
        const name = nameOf(task.status);
        ends.set(name, (ends.get(name) ?? 0) + 1);
        assertByTheRules(task);
      }
      await Promise.all(histories.map((history) => history.stop()));
      context.diagnostic(`all nodes 3 heights further ${backMs} ms after healing`);
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
    context.diagnostic(`reliability: tasks through network faults = ${tasks.length}`);
    for (const [name, count] of ends)
      context.diagnostic(`reliability: tasks through network faults, by end: ${name} = ${count}`);
    context.diagnostic(`reliability: heights compared on 4 nodes = ${last}`);
    assert.equal(struck, faults.length);
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
    const ended = (end: string): number => operations.filter((one) => one.end === end).length;
    assert.ok(ended("acknowledged") > faults.length);
    context.diagnostic(`reliability: client operations under faults = ${operations.length}`);
    for (const end of ["acknowledged", "refused", "unknown"])
      context.diagnostic(
        `reliability: client operations under faults, by end: ${end} = ${ended(end)}`,
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
