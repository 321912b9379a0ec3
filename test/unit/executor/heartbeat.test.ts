import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { pino } from "pino";
import type { AssayClient } from "../../../client/index.ts";
import { amount } from "../../../core/math/integers.ts";
import { Heartbeat } from "../../../executor/heartbeat.ts";
import * as clock from "../../../modules/clock/index.ts";
import * as staking from "../../../modules/staking/index.ts";
import {
  QueryLifeRequest,
  QueryLifeResponse,
  QueryOperatorBondsRequest,
  QueryOperatorBondsResponse,
} from "../../../proto/gen/assay/staking/v1/query.ts";
import { seededRandom } from "../../support/seededRandom.ts";
import { registerService, releaseMsg } from "../modules/registry/fixtures.ts";
import { bondMsg, name, slotMs, stakingWorld } from "../modules/staking/world.ts";

const seed = Number(process.env["TEST_SEED"] ?? 1);
const services = [name, "echo-other"];
const roundMs = 200;
const path = (query: string): string => `/assay.staking.v1.Query/${query}`;

type Heartbeats = { readonly nodes: string[]; readonly slot: bigint };

/** A node with two bonds on the real rules, and its executor's heartbeat; what it sends waits for the next block. */
function network() {
  const world = stakingWorld();
  const { on, author, node, operator } = world;
  registerService(on, author, "echo-other");
  on.send("MsgPublishRelease", releaseMsg(author, "echo-other", "1.0.0"));
  for (const service of services) on.send("MsgBond", bondMsg(world, { service }));
  const waiting: Heartbeats[] = [];
  const sent: bigint[] = [];
  const client = {
    sender: {
      broadcast([message]: readonly { readonly value: Heartbeats }[]) {
        assert.ok(message !== undefined);
        waiting.push(message.value);
        sent.push(message.value.slot);
        return Promise.resolve({});
      },
    },
    staking: {
      life: () => {
        const request = QueryLifeRequest.encode({ node: node.address }).finish();
        return Promise.resolve(on.ask(path("Life"), request, QueryLifeResponse));
      },
    },
  } as unknown as AssayClient;
  const heartbeat = new Heartbeat(client, operator.address, pino({ level: "silent" }));
  const bonds = () => {
    const request = QueryOperatorBondsRequest.encode({ operator: operator.address }).finish();
    return on.ask(path("OperatorBonds"), request, QueryOperatorBondsResponse).bonds;
  };
  let faults = 0;
  return {
    sent,
    bonds,
    beat: () => heartbeat.beat(bonds()),
    /** What was sent counts: a refused message throws. One whose slot ended while it waited is dropped, as by mempools. */
    block(): void {
      on.next(BigInt(Date.now()) - on.timeMs);
      for (const message of waiting.splice(0))
        if (message.slot >= clock.slot(on.ctx))
          on.send("MsgHeartbeat", { operator: operator.address, ...message });
    },
    miss(service: string): void {
      const faultId = new Uint8Array(32);
      new DataView(faultId.buffer).setUint32(0, ++faults);
      const offence = { service, node: node.address, amount: amount(1n), faultId };
      on.run((own) => staking.miss(own, { ...offence, faultHeight: on.height }));
    },
    post: (service: string) =>
      on.run((own) => {
        staking.recordPost(own, service, node.address);
      }),
    startMs: Number(on.timeMs),
  };
}

type Network = ReturnType<typeof network>;

/** So many rounds, with a block after every fifth. */
async function rounds(net: Network, count: number, beats = true): Promise<void> {
  for (let i = 1; i <= count; i++) {
    mock.timers.tick(roundMs);
    if (beats) await net.beat();
    if (i % 5 === 0) net.block();
  }
}

async function onClock(run: (net: Network) => Promise<void>): Promise<void> {
  const net = network();
  mock.timers.enable({ apis: ["Date"], now: net.startMs });
  try {
    await run(net);
  } finally {
    mock.timers.reset();
  }
}

const missing = (net: Network): string[] =>
  net.bonds().flatMap((bond) => (bond.missing ? [bond.service] : []));

describe("executor: heartbeat", () => {
  it("goes out once a slot, and not in that of the bond", () =>
    onClock(async (net) => {
      await rounds(net, 20);
      assert.deepEqual(net.sent, []);
      for (const slot of [1n, 2n, 3n]) {
        mock.timers.tick(Number(slotMs));
        await rounds(net, 20);
        assert.equal(net.sent.at(-1), slot);
      }
      assert.equal(net.sent.length, 3);
    }));

  it("goes out once more after a miss, and again where no block took it", () =>
    onClock(async (net) => {
      net.miss(name);
      for (let i = 0; i < 15; i++) {
        mock.timers.tick(roundMs);
        await net.beat();
      }
      assert.equal(net.sent.length, 1);
      mock.timers.tick(roundMs);
      await net.beat();
      assert.equal(net.sent.length, 2);
    }));

  it("names the next slot where a post for another service was this one's sign", () =>
    onClock(async (net) => {
      net.miss(name);
      mock.timers.tick(Number(slotMs));
      net.block();
      net.post("echo-other");
      await rounds(net, 10);
      assert.deepEqual(missing(net), []);
      assert.deepEqual(net.sent, [2n]);
    }));

  it(`ends every miss and is never refused, whatever comes when, seed ${seed}`, () =>
    onClock(async (net) => {
      const random = seededRandom(seed);
      for (let step = 0; step < 1_000; step++) {
        const service = services[random(2)] ?? name;
        const act = random(4);
        if (act === 0) net.miss(service);
        else if (act === 1) net.post(service);
        else if (act === 2) mock.timers.tick(random(2 * Number(slotMs)));
        if (random(2) === 0) net.block();
        if (random(2) === 0) {
          await rounds(net, random(2), false);
          continue;
        }
        await rounds(net, 25);
        assert.deepEqual(missing(net), [], `step ${step}`);
      }
      assert.ok(net.sent.length > 50, `sent: ${net.sent.length}`);
    }));
});
