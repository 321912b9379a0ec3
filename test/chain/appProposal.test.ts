import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { contributionTx, looksLikeContribution } from "../../app/proposal/contribution.ts";
import { protoSize } from "../../app/proposal/lanes.ts";
import { endlessDraw, send } from "../support/chainSends.ts";
import { startChain, type TestChain } from "../support/driver.ts";
import type { TestKey } from "../support/keys.ts";

const accept = 1;
const reject = 2;

function drawing(): TestChain {
  const chain = startChain({ genesis: endlessDraw });
  chain.next({ blocks: 3 });
  return chain;
}

describe("app: proposals", () => {
  it("a block carries the proposer's contribution while a draw is pending, and it is stored", () => {
    const chain = drawing();
    const [first] = chain.last.txs;
    assert.ok(first !== undefined && looksLikeContribution(first));
    assert.equal(first.length, 112);
    assert.deepEqual(chain.last.results[0], {
      ...{ code: 0, codespace: "", log: "", info: "", gasWanted: 0n, gasUsed: 0n, events: [] },
      data: new Uint8Array(),
    });
    const { appHash } = chain;
    chain.next();
    assert.notDeepEqual(chain.appHash, appHash);
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    assert.equal(chain.mustRun(alice, send(alice, bob)).code, 0);
    assert.equal(chain.last.txs.length, 2);
    assert.deepEqual(chain.alarms(), []);
  });

  it("R5: refuses a missing, doubled, late, cut or foreign contribution", () => {
    const chain = drawing();
    const [own] = chain.prepareProposal([], 0);
    const [other] = chain.prepareProposal([], 1);
    assert.ok(own !== undefined && other !== undefined);
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const tx = chain.tx(alice, send(alice, bob), { sequence: 0n });
    assert.equal(chain.processProposal([own], 0), accept);
    assert.equal(chain.processProposal([own, tx], 0), accept);
    const hostile: Record<string, Uint8Array[]> = {
      missing: [],
      "missing with a transaction": [tx],
      doubled: [own, own],
      late: [tx, own],
      "a foreign one": [other],
      "cut off": [own.slice(0, -1)],
      longer: [Buffer.concat([own, Buffer.of(0)])],
      zero: [contributionTx(new Uint8Array(96))],
      "a flipped bit": [own.map((byte, i) => (i === 60 ? byte ^ 1 : byte))],
    };
    for (const [what, txs] of Object.entries(hostile))
      assert.equal(chain.processProposal(txs, 0), reject, what);
  });

  it("R5: refuses a contribution that is not due, and what is no canonical transaction", () => {
    const chain = startChain();
    chain.next();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const tx = chain.tx(alice, send(alice, bob), { sequence: 0n });
    assert.equal(chain.processProposal([tx]), accept);
    assert.equal(chain.processProposal([]), accept);
    assert.equal(chain.processProposal([contributionTx(new Uint8Array(96))]), reject);
    assert.equal(chain.processProposal([tx, new Uint8Array()]), reject);
    assert.equal(chain.processProposal([Buffer.from("key=value")]), reject);
    assert.equal(chain.processProposal([Buffer.concat([tx, Buffer.of(0x1a, 0x80, 0x00)])]), reject);
  });

  it("accepts what merely fails: a wrong sequence costs its sender and not the chain", () => {
    const chain = startChain();
    chain.next();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    assert.equal(
      chain.processProposal([chain.tx(alice, send(alice, bob), { sequence: 9n })]),
      accept,
    );
    assert.equal(chain.processProposal([chain.tx(alice, send(alice, alice, "0"))]), accept);
  });

  it("refuses more gas than a block has", () => {
    const chain = startChain({ maxGas: 100_000n });
    chain.next();
    const [alice, bob] = chain.accounts as [TestKey, TestKey];
    const tx = (sequence: bigint): Uint8Array =>
      chain.tx(alice, send(alice, bob), { gas: 50_000n, sequence });
    assert.equal(chain.processProposal([tx(0n), tx(1n)]), accept);
    assert.equal(chain.processProposal([tx(0n), tx(1n), tx(2n)]), reject);
    assert.equal(chain.prepareProposal([tx(0n), tx(1n), tx(2n)]).length, 2);
  });

  it("a decided block with a wrong contribution ends the process", () => {
    const chain = drawing();
    const [other] = chain.prepareProposal([], 1);
    assert.ok(other !== undefined);
    const { app } = chain.first;
    assert.throws(() => app.finalizeBlock(chain.nextRequest([], 0)), /contribution in front/);
    assert.throws(() => app.finalizeBlock(chain.nextRequest([other], 0)), /invalid contribution/);
  });

  it("B18: what a proposer makes of any mempool is accepted and fits", () => {
    const chain = drawing();
    const [alice, bob, carol] = chain.accounts as [TestKey, TestKey, TestKey];
    const good = [
      chain.tx(alice, send(alice, bob), { fee: "1uassay" }),
      chain.tx(alice, send(alice, bob), { fee: "900uassay" }),
      chain.tx(bob, send(bob, alice), { fee: "500uassay" }),
      chain.tx(carol, send(carol, alice)),
    ];
    const junk = [Buffer.from("junk"), new Uint8Array(), contributionTx(new Uint8Array(96))];
    const mempool = [junk[0], good[0], junk[1], good[1], good[2], junk[2], good[3]].flatMap((tx) =>
      tx === undefined ? [] : [tx],
    );
    for (const limit of [0n, 113n, 114n, 400n, 700n, 1000n, 1_000_000n]) {
      const txs = chain.prepareProposal(mempool, 2, limit);
      const size = txs.reduce((sum, tx) => sum + protoSize(tx), 0n);
      assert.ok(size <= limit, `${size} of ${limit}`);
      if (limit >= 114n) assert.equal(chain.processProposal(txs, 2), accept);
    }
    const [, ...txs] = chain.prepareProposal(mempool, 2);
    // By fee; the richer second transaction of alice does not overtake her first.
    assert.deepEqual(
      txs.map((tx) => good.indexOf(tx)),
      [2, 0, 1, 3],
    );
  });

  it("a node without a beacon key says so and goes on", () => {
    const chain = drawing();
    chain.first.proposeAs(undefined);
    const { height, time, nextValidatorsHash, proposerAddress } = chain.nextRequest([]);
    const answer = chain.first.app.prepareProposal({
      ...{ height, time, nextValidatorsHash, proposerAddress, txs: [], maxTxBytes: 1000n },
      ...{ misbehavior: [], localLastCommit: { round: 0, votes: [] } },
    });
    assert.deepEqual(answer.txs, []);
    assert.match(chain.alarms().join(), /expected a beacon key/);
  });
});
