import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { engineCommand } from "../../cli/supervise/engine.ts";
import { createServer, type AbciHandlers, type AbciServer } from "../../app/abci/server.ts";
import { cometForTests, cometHome, type CometHome } from "../support/comet.ts";
import { tinyHandlers } from "../support/tinyApp.ts";

const comet = await cometForTests();
const base64 = (text: string) => Buffer.from(text).toString("base64");
const hex = (text: string) => Buffer.from(text).toString("hex");

/** One each for consensus, mempool, queries and snapshots. */
const connections = 4;

type TxCommit = {
  check_tx: { code: number };
  tx_result: { code: number; data: string };
  height: string;
};
type Query = { response: { value: string | null; height: string } };

/** Counts the calls by method, in order. */
function recorded(handlers: AbciHandlers, calls: string[]): AbciHandlers {
  const entries = Object.entries(handlers) as [string, (request: never) => unknown][];
  const wrapped = entries.map(([name, handler]) => [
    name,
    (request: never) => {
      calls.push(name);
      return handler(request);
    },
  ]);
  return Object.fromEntries(wrapped) as AbciHandlers;
}

describe("localnet: the ABCI server behind its engine", { skip: comet.skip }, () => {
  const calls: string[] = [];
  let node: CometHome;
  let server: AbciServer;
  let fatal: Error | undefined;
  let process_: ReturnType<typeof spawn>;
  let log = "";

  before(async () => {
    node = await cometHome(comet.path);
    const handlers = recorded(tinyHandlers(join(node.home, "state.json")), calls);
    server = createServer(handlers, { fatal: (error) => (fatal = error) });
    await server.listen(node.socketPath);
    const { command, args } = engineCommand(comet.path, "start", "--home", node.home);
    process_ = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
    process_.stdout?.setEncoding("utf8").on("data", (text: string) => (log += text));
  });
  after(async () => {
    if (process_.exitCode === null && process_.kill("SIGTERM")) await once(process_, "exit");
    await server.close();
    await node.remove();
  });

  it("shakes hands from height 0 and makes the first block", async () => {
    // A height is known once its block is stored; the next one shows that the app committed it.
    await node.rpc.untilHeight(2);
    assert.equal(server.connections(), connections);
    assert.deepEqual(calls.slice(0, 2), ["info", "initChain"]);
    assert.ok(calls.includes("prepareProposal") && calls.includes("processProposal"));
    assert.ok(calls.indexOf("finalizeBlock") < calls.indexOf("commit"));
  });

  it("takes a transaction into a block and answers a query for it", async () => {
    const tx = base64("name=satoshi");
    const sent = await node.rpc.call<TxCommit>("broadcast_tx_commit", { tx });
    assert.equal(sent.check_tx.code, 0);
    assert.equal(sent.tx_result.code, 0);
    assert.equal(sent.tx_result.data, base64("name=sat"));
    const { response } = await node.rpc.call<Query>("abci_query", { path: "", data: hex("name") });
    assert.equal(response.value, base64("satoshi"));
    assert.ok(Number(response.height) >= Number(sent.height));
    assert.ok((await node.rpc.untilHeight(3)) >= 3);
  });

  it("refuses a bad transaction by a code, and the connection lives on", async () => {
    const sent = await node.rpc.call<TxCommit>("broadcast_tx_commit", { tx: base64("?") });
    assert.equal(sent.check_tx.code, 2);
    assert.equal(server.connections(), connections);
  });

  it("C1: takes 500 pipelined transactions and is asked to check the rest again", async () => {
    const txs = Array.from({ length: 500 }, (_, i) => base64(`key${i}=value${i}`));
    await Promise.all(txs.map((tx) => node.rpc.call("broadcast_tx_async", { tx })));
    const last = base64("last=one");
    await node.rpc.call<TxCommit>("broadcast_tx_commit", { tx: last });
    for (const i of [0, 250, 499]) {
      const { response } = await node.rpc.call<Query>("abci_query", {
        path: "",
        data: hex(`key${i}`),
      });
      assert.equal(response.value, base64(`value${i}`));
    }
  });

  it("takes a transaction of 700 KB, which comes in many pieces", async () => {
    const big = `big=${"x".repeat(700_000)}`;
    const sent = await node.rpc.call<TxCommit>("broadcast_tx_commit", { tx: base64(big) });
    assert.equal(sent.tx_result.code, 0);
  });

  it("falls silent when nothing happens: one proof block after the last change", async () => {
    const { height } = await node.rpc.call<TxCommit>("broadcast_tx_commit", {
      tx: base64("quiet=1"),
    });
    const proof = await node.rpc.untilHeight(Number(height) + 1);
    // Ten times the pause between blocks: silence has no event to wait for.
    await delay(3000);
    assert.equal(await node.rpc.height(), proof);
  });

  it("ends with the engine, without a fault of its own", async () => {
    process_.kill("SIGTERM");
    await once(process_, "exit");
    assert.equal(fatal, undefined);
    assert.doesNotMatch(log, /^E\[.*(?:abci|CONSENSUS FAILURE)/m);
  });
});
