import assert from "node:assert/strict";
import { QueryError, RpcUnavailable } from "../../../client/rpc/errors.ts";
import { abciQuery } from "../../../client/rpc/query.ts";
import { connectRpc, RpcError, type Rpc } from "../../../client/rpc/rpc.ts";
import { findAccount } from "../../../client/tx/account.ts";
import { TxRefused } from "../../../client/tx/errors.ts";
import { findTx } from "../../../client/tx/outcome.ts";
import { broadcastSync } from "../../../client/tx/sender.ts";
import { tasksQueries } from "../../../client/modules/tasks/queries.ts";
import { protobufRpc } from "../../../client/rpc/query.ts";
import { editBytes, pickOne } from "../bytesEdits.ts";
import type { Target } from "../harness.ts";
import { editJson, type Json } from "../jsonEdits.ts";

const answers: readonly Json[] = [
  {
    jsonrpc: "2.0",
    id: 1,
    result: {
      response: {
        code: 0,
        log: "",
        value: "CgAS",
        height: "7",
        proofOps: { ops: [{ type: "ics23:iavl", key: "AQ==", data: "CgA=" }] },
      },
    },
  },
  {
    jsonrpc: "2.0",
    id: 1,
    result: {
      response: {
        code: 22,
        codespace: "sdk",
        log: "rpc error: code = NotFound",
        value: null,
        height: "7",
      },
    },
  },
  {
    jsonrpc: "2.0",
    id: 1,
    error: { code: -32603, message: "Internal error", data: "tx not found" },
  },
  { jsonrpc: "2.0", id: 1, result: { code: 0, data: "", log: "", codespace: "", hash: "AB" } },
  {
    jsonrpc: "2.0",
    id: 1,
    result: {
      hash: "ab",
      height: "5",
      index: 0,
      tx_result: {
        code: 0,
        data: "EgYKAi9hEgA=",
        log: "",
        gas_wanted: "1",
        gas_used: "2",
        events: [{ type: "t", attributes: [{ key: "k", value: "v", index: true }] }],
      },
    },
  },
  {
    jsonrpc: "2.0",
    id: 1,
    result: { node_info: { network: "assay-1" }, sync_info: { latest_block_height: "5" } },
  },
];

/** What the executor and the client make of what a node says; the network is stubbed, all after it is real. */
export const rpcTarget: Target = {
  name: "RPC answers",
  inputs: 100_000,
  make(random) {
    const bytes = answers.map((answer) => new TextEncoder().encode(JSON.stringify(answer)));
    const real = globalThis.fetch;
    let body: Uint8Array = new Uint8Array();
    globalThis.fetch = () => Promise.resolve(new Response(Uint8Array.from(body)));
    const rpc = connectRpc("http://localhost:1");
    const facts = { calls: 0 };
    return {
      next() {
        const call = random(calls.length);
        const way = random(20);
        const text = JSON.stringify(editJson(random, pickOne(random, answers), answers));
        const made =
          way < 2
            ? pickOne(random, bytes)
            : way < 5
              ? editBytes(random, pickOne(random, bytes), bytes)
              : new TextEncoder().encode(text);
        return Buffer.concat([Uint8Array.of(call), made]);
      },
      async run(input) {
        body = input.subarray(1);
        const call = calls[(input[0] ?? 0) % calls.length];
        facts.calls += 1;
        try {
          await call?.(rpc);
          return "accepted";
        } catch (error) {
          const named = [RpcUnavailable, RpcError, QueryError, TxRefused].some(
            (kind) => error instanceof kind,
          );
          if (!named) throw error;
          return "rejected";
        }
      },
      end: () => void (globalThis.fetch = real),
      facts: () => facts,
    };
  },
};

const hash = "AB".repeat(32);
const calls: readonly ((rpc: Rpc) => Promise<unknown>)[] = [
  (rpc) => rpc.call("status"),
  async (rpc) => {
    const { value, height } = await abciQuery(rpc, "/x", new Uint8Array());
    assert.ok(value instanceof Uint8Array && typeof height === "bigint");
  },
  (rpc) => findTx(rpc, hash),
  (rpc) => findAccount(rpc, "assay1"),
  (rpc) => broadcastSync(rpc, new Uint8Array(3)),
  (rpc) => tasksQueries(protobufRpc(rpc)).task({ taskId: 1n }),
];
