import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  QuerySupplyOfRequest,
  QuerySupplyOfResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/query";
import { abciQuery, isFinished, type AssayClient } from "../../client/index.ts";
import { toHex } from "../../core/bytes.ts";
import { moduleAddress } from "../../core/crypto/address.ts";
import { Role } from "../../proto/gen/assay/registry/v1/registry.ts";
import {
  SeatOutcome,
  SeatStatus,
  TaskStatus,
  type Seat,
  type Task,
} from "../../proto/gen/assay/tasks/v1/tasks.ts";
import { ByzantineNode, type Strategy } from "../support/byzantine.ts";
import { cometForTests, engineName } from "../support/comet.ts";
import { TestNetwork, releaseName, taskKey } from "../support/network.ts";

const { path: comet, skip } = await cometForTests();
const right = '{"sum":6}';
const input = { numbers: [1, 2, 3] };

/** N = 3, so that a lone liar is outvoted whether it executes or validates. */
/** More than the honest have, or a newcomer would seldom be drawn beside nodes that have proven themselves. */
const liarStake = 80_000_000n;

describe(`byzantine nodes (${engineName})`, { skip, timeout: 900_000 }, () => {
  let net: TestNetwork;
  let client: AssayClient;

  before(async () => {
    net = await TestNetwork.start(comet, 1);
    await net.publish();
    for (const owner of [1, 2, 3, 4]) await net.startExecutor(owner);
    await net.untilEligible(4);
    client = await net.client(0);
  });

  after(async () => net.stop());

  const cases: [Strategy, string, number][] = [
    ["wrong", "X5: a lone wrong result is outvoted and slashed, in whatever role", 5],
    [
      "silent",
      "a silent node misses, an executor's seat goes to a reserve, and the result stands",
      6,
    ],
    ["noReveal", "X10: a commitment without a reveal costs as much as a wrong answer", 7],
    ["copy", "X1: a copied commitment cannot be opened and is slashed", 8],
    ["lateReveal", "a reveal after its window counts as none", 9],
  ];
  for (const [strategy, name, owner] of cases) {
    it(name, async () => {
      const { node, operator, secret } = await net.ownNode(owner, liarStake);
      const liar = new ByzantineNode(node, operator, secret, strategy, right);
      try {
        await net.untilEligible(5);
        const before = await money(client);
        const { tasks, seat, paid } = await runUntilDrawn(client, node);
        const task = tasks.at(-1) as Task;
        assert.equal(task.status, TaskStatus.TASK_STATUS_VALID);
        assert.equal(Buffer.from(task.result?.inline ?? []).toString(), right);
        if (strategy === "silent") assertMiss(seat);
        else await assertSlashed(client, seat);
        assertHonestPaid(task, node);
        assertMoney(task, paid);
        const after = await money(client);
        // What was slashed is burned or in the pool, to the last unit; nothing else changed the supply.
        const burned = tasks.reduce((sum, one) => sum + BigInt(one.settlement?.burned ?? "0"), 0n);
        const slashBurned = BigInt(seat.slashed) - (after.pool - before.pool);
        assert.equal(before.supply - after.supply, burned + slashBurned);
        const fifth = (20n * BigInt(seat.slashed)) / 100n;
        assert.ok(
          [fifth, fifth + 1n].includes(after.pool - before.pool),
          `pool ${after.pool - before.pool} of ${seat.slashed}`,
        );
      } finally {
        await liar.stop();
      }
    });
  }
});

type Money = { readonly supply: bigint; readonly pool: bigint };

async function money(client: AssayClient): Promise<Money> {
  const request = QuerySupplyOfRequest.encode({ denom: "uassay" }).finish();
  const { value } = await abciQuery(client.rpc, "/cosmos.bank.v1beta1.Query/SupplyOf", request);
  return {
    supply: BigInt(QuerySupplyOfResponse.decode(value).amount?.amount ?? "0"),
    pool: await balance(client, moduleAddress("community_pool")),
  };
}

async function balance(client: AssayClient, address: string): Promise<bigint> {
  const coins = await client.balances(address);
  return BigInt(coins.find(({ denom }) => denom === "uassay")?.amount ?? "0");
}

const maxTasks = 30;

/** Requests tasks until the node holds a seat that counts; four of five nodes are drawn each time. */
async function runUntilDrawn(
  client: AssayClient,
  node: string,
): Promise<{ tasks: Task[]; seat: Seat; paid: bigint }> {
  const tasks: Task[] = [];
  for (let tries = 0; tries < maxTasks; tries++) {
    const before = await balance(client, client.sender.address);
    let fee = 0n;
    const run = client.run(releaseName, taskKey, input, { validators: 3, timeoutMs: 240_000 });
    run.on("requested", (requested) => (fee = requested.fee));
    const { task } = await run;
    tasks.push(task);
    const seat = task.seats.find(
      (one) => one.node === node && one.status !== SeatStatus.SEAT_STATUS_RESERVE,
    );
    if (seat !== undefined)
      return { tasks, seat, paid: before - (await balance(client, client.sender.address)) - fee };
    // The other four answered honestly without it: that must be VALID too.
    assert.equal(task.status, TaskStatus.TASK_STATUS_VALID);
  }
  throw new Error(`${node} was not drawn in ${maxTasks} tasks`);
}

function assertMiss(seat: Seat): void {
  assert.equal(seat.outcome, SeatOutcome.SEAT_OUTCOME_MISSED);
  assert.equal(seat.paid, "0");
  // min(f * base, 2 x seat fee) with a seat fee of 1,000.
  assert.equal(seat.slashed, "2000");
}

/** The very amount of PROTOCOL 12, as the chain's own preview says. */
async function assertSlashed(client: AssayClient, seat: Seat): Promise<void> {
  assert.equal(seat.outcome, SeatOutcome.SEAT_OUTCOME_SLASHED);
  assert.equal(seat.paid, "0");
  assert.equal(seat.postFees, "0");
  const executor = seat.role === Role.ROLE_EXECUTOR;
  const severity = executor ? 10n ** 18n : 8n * 10n ** 17n;
  const { amount } = await client.staking.slashPreview({
    role: seat.role,
    severity: severity.toString(),
    n: executor ? 1n : 3n,
    r: 0n,
    stake: "1000000",
  });
  assert.equal(seat.slashed, amount);
}

function assertHonestPaid(task: Task, liar: string): void {
  const honest = task.seats.filter(
    (seat) => seat.node !== liar && seat.status === SeatStatus.SEAT_STATUS_REVEALED,
  );
  assert.ok(honest.length >= 3);
  for (const seat of honest) {
    assert.equal(toHex(seat.resultHash), toHex(task.resultHash));
    assert.equal(seat.outcome, SeatOutcome.SEAT_OUTCOME_PAID);
    assert.equal(seat.paid, "1000");
  }
}

/** The escrow went where the settlement says, to the last unit, and the requester paid no more. */
function assertMoney(task: Task, paid: bigint): void {
  const to = task.settlement;
  assert.ok(to !== undefined && task.settled && isFinished(task));
  const parts = [
    to.nodes,
    to.operators,
    to.author,
    to.emitters,
    to.feeCollector,
    to.communityPool,
    to.burned,
    to.refunded,
    to.auditPool,
  ];
  assert.equal(
    parts.reduce((sum, part) => sum + BigInt(part || "0"), 0n),
    BigInt(task.escrow?.total ?? "0"),
  );
  // Account 0 is also the author: its share comes back to it.
  assert.equal(paid, BigInt(task.escrow?.total ?? "0") - BigInt(to.refunded) - BigInt(to.author));
}
