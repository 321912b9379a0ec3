import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { RpcMalformed, RpcUnavailable } from "../../../../client/rpc/errors.ts";
import { abciAnswer } from "../../../../client/rpc/query.ts";
import { connectRpc, RpcError, type RpcOptions } from "../../../../client/rpc/rpc.ts";
import { outcome } from "../../../../client/tx/outcome.ts";

async function serve(answer: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function ask(answer: RequestListener, options: RpcOptions = {}): Promise<unknown> {
  const { url, server } = await serve(answer);
  try {
    return await connectRpc(url, options).call("status");
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const says =
  (text: string): RequestListener =>
  (_, response) =>
    void response.end(text);

describe("RPC of a node that means no good", () => {
  it("C12: an endless answer ends at its limit and counts as none", async () => {
    let sent = 0;
    const endless: RequestListener = (_, response) => {
      const chunk = Buffer.alloc(65_536, 32);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        response.once("drain", more);
      };
      more();
    };
    await assert.rejects(ask(endless, { maxBytes: 1_000_000 }), /at most 1000000 bytes/);
    assert.ok(sent < 64_000_000, `${sent} bytes`);
  });

  it("C12: an answer that never ends in time counts as none", async () => {
    const stalls: RequestListener = (_, response) => void response.write('{"result":');
    await assert.rejects(ask(stalls, { timeoutMs: 200 }), RpcUnavailable);
  });

  it("C12: a redirect is not followed", async () => {
    let followed = 0;
    const elsewhere = await serve((_, response) => ((followed += 1), void response.end("{}")));
    const redirects: RequestListener = (_, response) =>
      void response.writeHead(307, { location: elsewhere.url }).end();
    await assert.rejects(ask(redirects), RpcUnavailable);
    elsewhere.server.close();
    assert.equal(followed, 0);
  });

  it("C12: what is no JSON-RPC answer counts as none, and the next endpoint is asked", async () => {
    for (const text of ["", "null", "[]", "7", "<html>", '{"result":null}', '{"error":7}', "{}"])
      await assert.rejects(ask(says(text)), RpcUnavailable, text);
    const bad = await serve(says("null"));
    const good = await serve(says('{"result":{"height":"5"}}'));
    const rpc = connectRpc([bad.url, good.url]);
    assert.deepEqual(await rpc.call("status"), { height: "5" });
    bad.server.close();
    good.server.close();
  });

  it("an error of the node is still its own", async () => {
    const text = '{"error":{"code":-32603,"message":"Internal error","data":"tx not found"}}';
    await assert.rejects(ask(says(text)), RpcError);
  });

  it("C12: fields of other types than CometBFT's are refused by name", () => {
    const responses = [
      { code: "0" },
      { value: 5 },
      { value: "*" },
      { height: "1e3" },
      { height: 7 },
    ];
    for (const response of [...responses, { proofOps: { ops: [7] } }, { proofOps: [] }])
      assert.throws(() => abciAnswer("/x", { response }), RpcMalformed, JSON.stringify(response));
    for (const result of [null, {}, { response: null }])
      assert.throws(() => abciAnswer("/x", result), RpcMalformed);
    const tx = { hash: "AB", height: "1", tx_result: { data: "//8=" } };
    for (const answer of [
      tx,
      { ...tx, hash: 1 },
      { ...tx, tx_result: 3 },
      { hash: "AB", height: "x" },
    ])
      assert.throws(() => outcome(answer), RpcMalformed);
  });
});
