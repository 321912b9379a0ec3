import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer as createNetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { DeepPartial } from "cosmjs-types/helpers";
import type { Request, ResponseQuery } from "cosmjs-types/tendermint/abci/types";
import { ProtocolError, createServer, type AbciHandlers } from "../../../../app/abci/server.ts";
import {
  plainHandlers,
  requestFrame,
  startServer,
  type ServerFixture,
} from "../../../support/abci.ts";

const time = { seconds: 0n, nanos: 0 };
const none = new Uint8Array();
const queryOf = (data: string) => ({
  query: { data: Buffer.from(data), path: "", height: 0n, prove: false },
});
const checkOf = (byte: number) => ({
  checkTx: { tx: Uint8Array.of(byte), type: 0 },
});
const proposalOf = (txs: Uint8Array[]) => ({
  txs,
  hash: none,
  height: 1n,
  time,
  misbehavior: [],
  nextValidatorsHash: none,
  proposerAddress: none,
});

async function withServer(
  changes: Partial<AbciHandlers>,
  use: (fixture: ServerFixture) => Promise<void>,
): Promise<void> {
  const fixture = await startServer(changes);
  try {
    await use(fixture);
  } finally {
    await fixture.stop();
  }
}

describe("abci: server", () => {
  it("B18: answers every method of ABCI 2.0.0 with its own member", () =>
    withServer({}, async ({ open }) => {
      const client = await open();
      const requests: DeepPartial<Request>[] = [
        { echo: { message: "hello" } },
        { flush: {} },
        {
          info: {
            version: "",
            blockVersion: 0n,
            p2pVersion: 0n,
            abciVersion: "",
          },
        },
        {
          initChain: {
            time,
            chainId: "c-1",
            validators: [],
            appStateBytes: none,
            initialHeight: 1n,
          },
        },
        queryOf("q"),
        checkOf(1),
        { commit: {} },
        { listSnapshots: {} },
        { offerSnapshot: { appHash: none } },
        { loadSnapshotChunk: { height: 1n, format: 1, chunk: 0 } },
        { applySnapshotChunk: { index: 0, chunk: none, sender: "" } },
        { prepareProposal: { ...proposalOf([]), maxTxBytes: 10n } },
        { processProposal: proposalOf([]) },
        { extendVote: proposalOf([]) },
        {
          verifyVoteExtension: {
            hash: none,
            validatorAddress: none,
            height: 1n,
            voteExtension: none,
          },
        },
        { finalizeBlock: proposalOf([Uint8Array.of(1)]) },
      ];
      client.send(...requests);
      const answers = await client.take(requests.length);
      const member = (message: object) =>
        Object.entries(message).flatMap(([name, value]) => (value === undefined ? [] : [name]));
      assert.deepEqual(answers.map(member), requests.map(member));
    }));

  it("C1: answers 5,000 pipelined checks and their flush in order", () =>
    withServer(
      {
        checkTx: ({ tx }) => ({
          ...plainHandlers().checkTx({ tx, type: 0 }),
          data: tx,
        }),
      },
      async ({ open }) => {
        const client = await open();
        client.send(...Array.from({ length: 5000 }, (_, i) => checkOf(i % 256)), { flush: {} });
        const answers = await client.take(5001);
        assert.equal(answers.length, 5001);
        answers.slice(0, 5000).forEach((answer, i) => {
          assert.equal(answer.checkTx?.data[0], i % 256);
        });
        assert.ok(answers[5000]?.flush);
      },
    ));

  it("C1: keeps one order over four connections", () => {
    const seen: number[] = [];
    return withServer(
      {
        checkTx: (request) => {
          seen.push(request.tx[0] ?? -1);
          return plainHandlers().checkTx(request);
        },
      },
      async ({ open }) => {
        const clients = [await open(), await open(), await open(), await open()];
        for (let i = 0; i < 40; i++) {
          const client = clients[i % 4];
          client?.send(checkOf(i));
          await client?.take(1);
        }
        assert.deepEqual(
          seen,
          Array.from({ length: 40 }, (_, i) => i),
        );
      },
    );
  });

  it("a slow query holds up its own connection and no other", async () => {
    let finish: (answer: ResponseQuery) => void = () => undefined;
    const slow = new Promise<ResponseQuery>((resolve) => (finish = resolve));
    const plain = plainHandlers();
    await withServer(
      {
        query: (request) => (request.data[0] === 115 ? slow : plain.query(request)),
      },
      async ({ open }) => {
        const first = await open();
        const second = await open();
        first.send({ echo: { message: "before" } }, queryOf("slow"), queryOf("fast"), {
          flush: {},
        });
        const [before] = await first.take(1);
        assert.equal(before?.echo?.message, "before");
        second.send(queryOf("other"), { flush: {} });
        assert.equal((await second.take(2)).length, 2);
        assert.equal(first.received, 0);
        const answer = await plain.query(queryOf("SLOW").query);
        finish(answer);
        const rest = await first.take(3);
        assert.deepEqual(
          rest.slice(0, 2).map((r) => Buffer.from(r.query?.value ?? []).toString()),
          ["SLOW", "fast"],
        );
        assert.ok(rest[2]?.flush);
      },
    );
  });

  it("does not read on while its answers are not taken", async () => {
    let handled = 0;
    const chunk = new Uint8Array(256 * 1024);
    await withServer(
      {
        loadSnapshotChunk: () => {
          handled += 1;
          return { chunk };
        },
      },
      async ({ open }) => {
        const client = await open();
        const other = await open();
        client.socket.pause();
        const ask = { loadSnapshotChunk: { height: 1n, format: 1, chunk: 0 } };
        client.send(...Array.from({ length: 400 }, () => ask));
        for (let i = 0; i < 50; i++) {
          other.send({ flush: {} });
          await other.take(1);
        }
        assert.ok(handled > 0 && handled < 40, `handled: expected 1 to 39, got ${handled}`);
        client.socket.resume();
        assert.equal((await client.take(400)).length, 400);
        assert.equal(handled, 400);
      },
    );
  });

  it("C1: T6: answers the same when every byte comes alone", () =>
    withServer({}, async ({ open }) => {
      const requests = [{ echo: { message: "hello" } }, checkOf(1), { flush: {} }, queryOf("q")];
      const whole = await open();
      whole.send(...requests);
      const expected = await whole.take(4);
      assert.equal(expected.length, 4);
      const bytewise = await open();
      for (const byte of Buffer.concat(requests.map(requestFrame))) {
        bytewise.socket.write(Uint8Array.of(byte));
        await new Promise(setImmediate);
      }
      assert.deepEqual(await bytewise.take(4), expected);
    }));

  it("takes a block of several megabytes in pieces", () =>
    withServer({}, async ({ open }) => {
      const client = await open();
      const txs = Array.from({ length: 20 }, () => new Uint8Array(500_000));
      client.send({ finalizeBlock: proposalOf(txs) });
      const [answer] = await client.take(1);
      assert.equal(answer?.finalizeBlock?.txResults.length, 20);
    }));
});

describe("abci: server ends the process", () => {
  const hostile: [string, Uint8Array, RegExp][] = [
    ["a length over the cap", Buffer.from("ffffffff7f", "hex"), /frame length: expected at most/],
    ["a length of six bytes", Buffer.from("808080808001", "hex"), /at most 5 bytes/],
    ["an empty request", Buffer.from("00", "hex"), /expected a method of ABCI 2.0.0, got none/],
    ["an unknown member", Buffer.from("03b20100", "hex"), /expected a method/],
    ["bytes that are no protobuf", Buffer.from("02ffff", "hex"), /got other bytes/],
    [
      "zig-zag lengths as of v0.34",
      Buffer.concat([
        Buffer.from("04", "hex"),
        Buffer.from("1200", "hex"),
        Buffer.from("041200", "hex"),
      ]),
      /expected|got other/,
    ],
    [
      "an unknown check type",
      requestFrame({ checkTx: { tx: Uint8Array.of(1), type: 2 as 0 } }),
      /checkTx type: expected 0 or 1, got 2/,
    ],
  ];
  for (const [name, bytes, message] of hostile) {
    it(`C1: on ${name}, without an answer`, () =>
      withServer({}, async ({ open, fatal }) => {
        const client = await open();
        client.socket.write(bytes);
        const error = await fatal;
        assert.ok(error instanceof ProtocolError, String(error));
        assert.match(error.message, message);
        assert.equal(client.received, 0);
      }));
  }

  it("when a handler throws, and answers nothing more on any connection", async () => {
    let calls = 0;
    await withServer(
      {
        finalizeBlock: () => {
          throw new Error("store: disk full");
        },
        commit: () => {
          calls += 1;
          return { retainHeight: 0n };
        },
      },
      async ({ open, fatal }) => {
        const consensus = await open();
        const other = await open();
        consensus.send({ finalizeBlock: proposalOf([]) }, { commit: {} });
        assert.equal((await fatal).message, "store: disk full");
        other.send({ commit: {} }, { echo: { message: "x" } });
        const late = once(other.socket, "data").then(() => "answered");
        const quiet = new Promise((resolve) => setImmediate(() => setImmediate(resolve, "quiet")));
        assert.equal(await Promise.race([late, quiet]), "quiet");
        assert.equal(calls, 0);
      },
    );
  });

  it("when a query's promise is rejected", () =>
    withServer(
      { query: () => Promise.reject(new Error("query: out of rows")) },
      async ({ open, fatal }) => {
        (await open()).send(queryOf("x"));
        assert.equal((await fatal).message, "query: out of rows");
      },
    ));

  const faulty: [string, Partial<AbciHandlers>, DeepPartial<Request>, string][] = [
    [
      "a missing result",
      {
        finalizeBlock: () => ({
          events: [],
          txResults: [],
          validatorUpdates: [],
          appHash: none,
        }),
      },
      { finalizeBlock: proposalOf([none]) },
      "finalizeBlock results: expected 1, got 0",
    ],
    [
      "an unknown verdict on a proposal",
      { processProposal: () => ({ status: 0 }) },
      { processProposal: proposalOf([]) },
      "processProposal status: expected 1 or 2, got 0",
    ],
    [
      "an unknown verdict on a vote extension",
      { verifyVoteExtension: () => ({ status: 0 }) },
      {
        verifyVoteExtension: {
          hash: none,
          validatorAddress: none,
          height: 1n,
          voteExtension: none,
        },
      },
      "verifyVoteExtension status: expected 1 or 2, got 0",
    ],
    [
      "a proposal over max_tx_bytes",
      { prepareProposal: ({ txs }) => ({ txs }) },
      {
        prepareProposal: {
          ...proposalOf([new Uint8Array(128)]),
          maxTxBytes: 130n,
        },
      },
      "prepareProposal size: expected at most 130, got 131",
    ],
  ];
  for (const [name, changes, request, message] of faulty) {
    it(`B18: on ${name}, before Comet panics`, () =>
      withServer(changes, async ({ open, fatal }) => {
        (await open()).send(request);
        assert.equal((await fatal).message, message);
      }));
  }

  it("but not when Comet goes away, even within a frame", () =>
    withServer({}, async ({ server, open }) => {
      const client = await open();
      client.send({ flush: {} });
      await client.take(1);
      client.socket.end(Buffer.from("0512", "hex"));
      await once(client.socket, "close");
      const next = await open();
      next.send({ flush: {} });
      assert.equal((await next.take(1)).length, 1);
      assert.equal(server.connections(), 1);
    }));
});

describe("abci: socket file", () => {
  let directory = "";
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "abci-"));
  });
  after(() => rmSync(directory, { recursive: true }));
  const make = () =>
    createServer(plainHandlers(), {
      fatal: (error) => {
        throw error;
      },
    });

  it("C1: has mode 0600 from the start and leaves the umask as it was", async () => {
    const path = join(directory, "mode.sock");
    const mask = process.umask();
    const server = make();
    await server.listen(path);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(process.umask(), mask);
    await server.close();
  });

  it("takes the place of a file that a killed process left", async () => {
    const path = join(directory, "stale.sock");
    const { execFileSync } = await import("node:child_process");
    const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    assert.throws(() => execFileSync(process.execPath, ["-e", script]));
    assert.ok(statSync(path).isSocket());
    const server = make();
    await server.listen(path);
    await server.close();
  });

  it("refuses a socket that another process serves", async () => {
    const path = join(directory, "live.sock");
    const other = createNetServer().listen(path);
    await once(other, "listening");
    await assert.rejects(make().listen(path), {
      name: "StartError",
      code: "E1402",
    });
    other.close();
  });

  it("never removes a file that is no socket", async () => {
    const path = join(directory, "file.sock");
    writeFileSync(path, "keep");
    await assert.rejects(make().listen(path), {
      name: "StartError",
      code: "E1406",
    });
    assert.equal(statSync(path).size, 4);
  });

  it("refuses a path of 108 bytes and takes one of 107", async () => {
    const fit = join(directory, "a".repeat(107 - directory.length - 1));
    const server = make();
    await server.listen(fit);
    assert.ok(statSync(fit).isSocket());
    await server.close();
    await assert.rejects(make().listen(`${fit}b`), {
      message: `socket path: expected at most 107 bytes, got 108: ${fit}b`,
    });
  });
});
