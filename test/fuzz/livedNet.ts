import assert from "node:assert/strict";
import { taggedHash } from "../../core/crypto/hash.ts";
import { MsgMultiSend, MsgSend } from "../../proto/cosmos.ts";
import * as registryTx from "../../proto/gen/assay/registry/v1/tx.ts";
import * as stakingTx from "../../proto/gen/assay/staking/v1/tx.ts";
import { MsgRequestTaskResponse } from "../../proto/gen/assay/tasks/v1/tx.ts";
import { msg, type ChainOptions } from "../support/driver.ts";
import type { TestKey } from "../support/keys.ts";
import { calledSeats } from "../support/taskMoves.ts";
import { service, TaskNet } from "../support/taskNet.ts";

const registry = (name: string): string => `/assay.registry.v1.${name}`;
const staking = (name: string): string => `/assay.staking.v1.${name}`;
const options = { fee: "2000uassay", gas: 2_000_000n };

/** A chain with a service, nodes, tasks in every phase, names, unbondings; and every transaction that made it. */
export function livedNet(chainOptions: ChainOptions = {}): { net: TaskNet; txs: Uint8Array[] } {
  const net = new TaskNet(5, { accounts: 8, ...chainOptions });
  const { chain } = net;
  const txs: Uint8Array[] = [];
  const keep = (tx: Uint8Array): Uint8Array => (txs.push(tx), tx);
  const run = (by: TestKey, message: ReturnType<typeof msg>): void => {
    const tx = keep(chain.tx(by, message, options));
    const check = chain.submit(tx);
    assert.equal(check.code, 0, `${message.typeUrl}: ${check.log}`);
    const result = chain.next().results[chain.last.txs.indexOf(tx)];
    assert.equal(result?.code, 0, `${message.typeUrl}: ${result?.log}`);
  };
  txs.push(...firstTxs(net));
  finishedTask(net, keep);
  for (const validators of [2, 0]) assert.equal(net.request({ validators }).code, 0);
  txs.push(...chain.last.txs);
  chain.next();
  others(net, run);
  return { net, txs };
}

/** Like the transactions that made the net, built again to be seeds. */
function firstTxs({ chain, author, nodes }: TaskNet): Uint8Array[] {
  const [node] = nodes;
  assert.ok(node);
  const bond = msg(staking("MsgBond"), stakingTx.MsgBond, {
    ...{ owner: node.address, operator: node.address, service, roles: [1, 2] },
    ...{ amount: "2000000", capacity: 8, commitmentMs: 3_600_000n },
  });
  const announce = msg(registry("MsgAnnounceInstance"), registryTx.MsgAnnounceInstance, {
    ...{ node: node.address, service, version: "1.0.0" },
  });
  const user = msg(registry("MsgRegisterUser"), registryTx.MsgRegisterUser, {
    ...{ owner: author.address, username: "author" },
  });
  return [
    chain.tx(node, [bond, announce], { ...options, sequence: 0n }),
    chain.tx(author, user, { ...options, sequence: 0n, memo: "memo \u{1f600}", timeoutHeight: 9n }),
  ];
}

function finishedTask(net: TaskNet, keep: (tx: Uint8Array) => Uint8Array): void {
  const { chain } = net;
  const sent = net.request();
  const [answer] = chain.responses(sent, MsgRequestTaskResponse);
  assert.ok(answer);
  chain.next();
  const task = net.task(answer.taskId);
  const seats = calledSeats(task);
  const commits = seats.map((seat) => keep(net.commitTx(task, seat, "hello")));
  chain.deliver(...commits);
  chain.deliver(...seats.map((seat) => keep(net.revealTx(task, seat, "hello"))));
}

function others(
  { chain, author, requester, nodes }: TaskNet,
  run: (by: TestKey, message: ReturnType<typeof msg>) => void,
): void {
  const free = chain.accounts[7];
  const [node] = nodes;
  assert.ok(free && node);
  const coins = (amount: string) => [{ denom: "uassay", amount }];
  run(
    requester,
    msg("/cosmos.bank.v1beta1.MsgSend", MsgSend, {
      ...{ fromAddress: requester.address, toAddress: free.address, amount: coins("5") },
    }),
  );
  run(
    requester,
    msg("/cosmos.bank.v1beta1.MsgMultiSend", MsgMultiSend, {
      inputs: [{ address: requester.address, coins: coins("7") }],
      outputs: [
        { address: free.address, coins: coins("3") },
        { address: node.address, coins: coins("4") },
      ],
    }),
  );
  const salt = new Uint8Array(32).fill(7);
  const commitment = taggedHash("name", "service", "another-demo", free.address, salt);
  run(
    free,
    msg(registry("MsgCommitName"), registryTx.MsgCommitName, {
      committer: free.address,
      commitment,
    }),
  );
  run(
    author,
    msg(registry("MsgOfferName"), registryTx.MsgOfferName, {
      ...{ owner: author.address, kind: 2, name: service, to: free.address },
    }),
  );
  run(
    node,
    msg(staking("MsgUnbond"), stakingTx.MsgUnbond, {
      ...{ owner: node.address, service, amount: "1000" },
    }),
  );
}
