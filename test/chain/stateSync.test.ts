import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { describe, it } from "node:test";
import { toHex } from "../../core/bytes.ts";
import { TaskStatus } from "../../modules/tasks/index.ts";
import { MsgRequestTaskResponse } from "../../proto/gen/assay/tasks/v1/tx.ts";
import { send } from "../support/chainSends.ts";
import type { TestChain } from "../support/driver.ts";
import { Replica } from "../support/driverReplica.ts";
import { seededRandom } from "../support/seededRandom.ts";
import { infoRequest, join, served } from "../support/stateSync.ts";
import { calledSeats } from "../support/taskMoves.ts";
import { TaskNet } from "../support/taskNet.ts";

const seed = Number(process.env["TEST_SEED"] ?? 1);
const disk = { storage: "disk" } as const;

/** A replica with nothing but genesis' parameters. */
function fresh(chain: TestChain, folder?: string): Replica {
  const { chainId, consensusParams: params } = chain;
  const base = { chainId, storage: "disk", minGasPrices: [], params } as const;
  return new Replica(folder === undefined ? base : { ...base, folder });
}

/** From now on the replica must answer every block as the others do. */
function follow(chain: TestChain, replica: Replica): void {
  (chain.replicas as Replica[]).push(replica);
}

/** Joins a fresh replica by a snapshot of the chain's last block. */
async function joined(chain: TestChain): Promise<Replica> {
  await chain.first.db.takeSnapshot();
  const replica = fresh(chain);
  assert.equal(join(replica.app, served(chain.first.app), chain.appHash), "accepted");
  const { lastBlockHeight, lastBlockAppHash, appVersion } = replica.app.info(infoRequest);
  assert.deepEqual(
    [lastBlockHeight, toHex(lastBlockAppHash), appVersion],
    [chain.height, toHex(chain.appHash), 0n],
  );
  return replica;
}

/** A random step of a chain with sends, tasks in every state, and silence. */
function step(net: TaskNet, random: (below: number) => number): void {
  const { chain } = net;
  const [alice, bob] = chain.accounts;
  assert.ok(alice !== undefined && bob !== undefined);
  const kind = random(4);
  if (kind === 0) chain.next({ blocks: 1, advanceMs: BigInt(1 + random(5_000)) });
  else if (kind === 1) chain.deliver(chain.tx(bob, send(bob, alice, String(1 + random(99)))));
  else {
    const result = net.request({ validators: random(3) });
    const [answer] = chain.responses(result, MsgRequestTaskResponse);
    chain.next();
    const task = answer && net.task(answer.taskId);
    if (task?.status !== TaskStatus.TASK_STATUS_COMMIT || kind === 3) return;
    const seats = calledSeats(task);
    if (seats.length > 1) net.deliver(...seats.map((seat) => net.commitTx(task, seat, "hello")));
  }
}

describe("T9: a replica that joins by a snapshot", () => {
  it(`is equal at every height of a random chain, tasks in flight included (TEST_SEED=${seed})`, async (context) => {
    const net = new TaskNet(4, disk);
    const random = seededRandom(seed);
    let restores = 0;
    for (let i = 0; i < 40; i++) {
      step(net, random);
      const replica = await joined(net.chain);
      const { height, appHash, params, limits } = net.chain.first.state;
      const { state } = replica;
      assert.deepEqual(state.params, params);
      assert.deepEqual(state.limits, limits);
      assert.deepEqual([state.height, toHex(state.appHash)], [height, toHex(appHash)]);
      await replica.restart();
      assert.equal(toHex(replica.state.appHash), toHex(appHash));
      await replica.stop();
      restores += 1;
    }
    await net.chain.stop();
    context.diagnostic(`reliability: snapshots restored at random heights = ${restores}`);
  });

  it(`answers every later block as one that never restored (TEST_SEED=${seed})`, async (context) => {
    const net = new TaskNet(4, disk);
    const random = seededRandom(seed + 1);
    let blocks = 0;
    for (let i = 0; i < 60; i++) {
      const before = net.chain.height;
      step(net, random);
      blocks += Number(net.chain.height - before) * (net.chain.replicas.length - 1);
      if (i % 12 === 3) follow(net.chain, await joined(net.chain));
      const [, second] = net.chain.replicas;
      if (i % 20 === 19) await second?.restart();
    }
    assert.equal(net.chain.replicas.length, 6);
    net.chain.next({ blocks: 200 });
    blocks += 200 * 5;
    for (const { state } of net.chain.replicas) {
      assert.equal(toHex(state.appHash), toHex(net.chain.appHash));
    }
    net.chain.assertInvariants();
    await net.chain.stop();
    context.diagnostic(`reliability: blocks equal after a restore = ${blocks}`);
  });

  it("gives the very snapshots that its own source gave, and those of later heights are the same too", async () => {
    const net = new TaskNet(3, disk);
    const replica = await joined(net.chain);
    assert.deepEqual(served(replica.app), served(net.chain.first.app));
    follow(net.chain, replica);
    step(net, seededRandom(seed));
    await Promise.all(net.chain.replicas.map(({ db }) => db.takeSnapshot()));
    assert.deepEqual(served(replica.app), served(net.chain.first.app));
    await net.chain.stop();
  });

  it("starts over cleanly when a restore was cut off anywhere", async (context) => {
    const net = new TaskNet(3, disk);
    await net.chain.first.db.takeSnapshot();
    const source = served(net.chain.first.app);
    const replica = fresh(net.chain);
    const images: string[] = [];
    // What a kill -9 leaves: the files as they are, without the lock's holder.
    const image = (): void => {
      const copy = mkdtempSync(path(tmpdir(), "assay-image-"));
      cpSync(replica.folder, copy, { recursive: true });
      rmSync(path(copy, "LOCK"), { force: true });
      images.push(copy);
    };
    const { snapshot } = source;
    assert.equal(replica.app.offerSnapshot({ snapshot, appHash: net.chain.appHash }).result, 1);
    image();
    const [chunk = new Uint8Array()] = source.chunks;
    const torn = chunk.slice(0, chunk.length - 1);
    assert.equal(replica.app.applySnapshotChunk({ index: 0, chunk: torn, sender: "a" }).result, 3);
    image();
    // A second offer drops the first.
    assert.equal(join(replica.app, source, net.chain.appHash), "accepted");
    image();
    for (const [i, folder] of images.entries()) {
      const again = fresh(net.chain, folder);
      assert.equal(again.state.height, i < 2 ? 0n : net.chain.height);
      for (const name of readdirSync(path(folder, "state-snapshots")))
        assert.match(name, /\.snap$/, "no temporary file outlives a start");
      // CometBFT had not saved its state: it offers again, and the app takes it again.
      assert.equal(join(again.app, source, net.chain.appHash), "accepted");
      assert.equal(toHex(again.state.appHash), toHex(net.chain.appHash));
      await again.stop();
    }
    await replica.stop();
    await net.chain.stop();
    context.diagnostic(`reliability: restores cut off and begun anew = ${images.length}`);
  });

  it("is refused where blocks of its own stand: they would be lost", async () => {
    const net = new TaskNet(3, disk);
    await net.chain.first.db.takeSnapshot();
    const source = served(net.chain.first.app);
    const { appHash } = net.chain;
    assert.equal(join(net.chain.first.app, source, appHash), "offer aborted");
    assert.match(net.chain.alarms().join(), /blocks of its own/);
    const replica = await joined(net.chain);
    follow(net.chain, replica);
    net.chain.next();
    assert.equal(join(replica.app, source, appHash), "offer aborted");
    await replica.restart();
    assert.equal(join(replica.app, source, appHash), "offer aborted");
    await net.chain.stop();
  });

  it("a chunk out of CometBFT's order begins the snapshot anew; one without an offer ends the try", async () => {
    const net = new TaskNet(3, disk);
    await net.chain.first.db.takeSnapshot();
    const { snapshot, chunks } = served(net.chain.first.app);
    const replica = fresh(net.chain);
    const [chunk = new Uint8Array()] = chunks;
    const apply = (index: number): number =>
      replica.app.applySnapshotChunk({ index, chunk, sender: "a" }).result;
    assert.equal(apply(0), 2);
    replica.app.offerSnapshot({ snapshot, appHash: net.chain.appHash });
    assert.equal(apply(1), 4);
    assert.equal(apply(0), 2);
    await replica.stop();
    await net.chain.stop();
  });
});
