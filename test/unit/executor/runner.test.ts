import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { utf8Decode, utf8Encode } from "../../../core/bytes.ts";
import type { HttpRunner, ProcessRunner } from "../../../client/manifest/manifest.ts";
import { callHttp } from "../../../executor/runner/http.ts";
import { runProcess as runProcessIn } from "../../../executor/runner/process.ts";
import { RunFailed } from "../../../executor/runner/failed.ts";

const never = new AbortController().signal;
const runProcess = (
  runner: ProcessRunner,
  input: Uint8Array,
  cap: number,
  signal: AbortSignal,
): Promise<Uint8Array> => runProcessIn(runner, input, cap, signal, process.env["PATH"] ?? "");
const megabytes = 1024 * 1024;

function program(script: string, extra: Partial<ProcessRunner> = {}): ProcessRunner {
  return {
    kind: "process",
    command: [process.execPath, "-e", script],
    timeoutMs: 10_000,
    memoryBytes: 512 * megabytes,
    ...extra,
  };
}

const fails =
  (pattern: RegExp) =>
  (error: unknown): boolean =>
    error instanceof RunFailed && pattern.test(error.message);

describe("executor: process runner", () => {
  it("passes the input on stdin and takes the output from stdout", async () => {
    const echo = program("process.stdin.pipe(process.stdout)");
    assert.equal(utf8Decode(await runProcess(echo, utf8Encode('{"a":1}'), 100, never)), '{"a":1}');
  });

  it("E11: kills a program that takes too long, with its children", async () => {
    const script =
      "require('child_process').spawn(process.execPath,['-e','setInterval(()=>0,1000)'],{stdio:'inherit'});setInterval(()=>0,1000)";
    await assert.rejects(
      runProcess(program(script, { timeoutMs: 300 }), new Uint8Array(), 100, never),
      fails(/expected an answer in 300 ms/),
    );
  });

  it("E11: stops an output above its cap", async () => {
    const endless = program("const w=()=>process.stdout.write('x'.repeat(65536),w);w()");
    await assert.rejects(
      runProcess(endless, new Uint8Array(), 1000, never),
      fails(/at most 1000 bytes/),
    );
  });

  it(
    "E11: stops a program above its memory",
    { skip: process.platform === "linux" ? false : "memory is read from /proc" },
    async () => {
      const hungry = program("const a=[];setInterval(()=>a.push(Buffer.alloc(3e7,1)),20)", {
        memoryBytes: 150 * megabytes,
      });
      await assert.rejects(
        runProcess(hungry, new Uint8Array(), 100, never),
        fails(/bytes of memory/),
      );
    },
  );

  it("reports a failing program with its complaint", async () => {
    await assert.rejects(
      runProcess(program("console.error('no data');process.exit(3)"), new Uint8Array(), 100, never),
      fails(/got 3: no data/),
    );
    await assert.rejects(
      runProcess({ ...program(""), command: ["/no/such/program"] }, new Uint8Array(), 100, never),
      fails(/ENOENT/),
    );
  });

  it("hides the node's environment", async () => {
    process.env["ASSAY_TEST_SECRET"] = "leak";
    const printed = utf8Decode(
      await runProcess(
        program("process.stdout.write(JSON.stringify(process.env))"),
        new Uint8Array(),
        10_000,
        never,
      ),
    );
    delete process.env["ASSAY_TEST_SECRET"];
    assert.ok(!printed.includes("leak"));
  });
});

async function withServer(
  handler: http.RequestListener,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = http.createServer(handler);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function web(url: string, extra: Partial<HttpRunner> = {}): HttpRunner {
  return {
    kind: "http",
    url,
    method: "POST",
    path: "/run",
    body: "input",
    headers: new Map(),
    output: "",
    timeoutMs: 5_000,
    ...extra,
  };
}

describe("executor: http runner", () => {
  it("sends the input as the body and takes the body as the output", async () => {
    const handler: http.RequestListener = (request, response) => request.pipe(response);
    await withServer(handler, async (url) => {
      assert.equal(
        utf8Decode(await callHttp(web(url), utf8Encode('{"n":1.10}'), 100, never)),
        '{"n":1.10}',
      );
    });
  });

  it("fills the path from the input and picks the output by pointer", async () => {
    const handler: http.RequestListener = (request, response) =>
      response.end(`{"url":"${request.url}","deep":[{"v":1.50}]}`);
    await withServer(handler, async (url) => {
      const runner = web(url, { method: "GET", body: "none", path: "/city/{name}?n={/n/0}" });
      const input = utf8Encode('{"name":"A b/c","n":[007e0]}'.replace("007e0", "7"));
      assert.match(
        utf8Decode(await callHttp(runner, input, 100, never)),
        /"\/city\/A%20b%2Fc\?n=7"/,
      );
      assert.equal(
        utf8Decode(await callHttp({ ...runner, output: "/deep/0/v" }, input, 100, never)),
        "1.50",
      );
      await assert.rejects(
        callHttp(runner, utf8Encode("{}"), 100, never),
        fails(/expected a value at name/),
      );
    });
  });

  it("refuses errors, redirects, answers that are too long or too late", async () => {
    const handler: http.RequestListener = (request, response) => {
      if (request.url === "/500") response.writeHead(500).end();
      else if (request.url === "/long") response.end("x".repeat(1000));
      else if (request.url === "/away") response.writeHead(302, { location: "/long" }).end();
    };
    await withServer(handler, async (url) => {
      const call = (path: string): Promise<Uint8Array> =>
        callHttp(web(url, { path, timeoutMs: 300 }), new Uint8Array(), 100, never);
      await assert.rejects(call("/500"), fails(/expected status 2xx, got 500/));
      await assert.rejects(call("/long"), fails(/at most 100 bytes/));
      await assert.rejects(call("/away"), fails(/redirect/));
      await assert.rejects(call("/late"), fails(/timeout/i));
    });
    await assert.rejects(
      callHttp(web("http://127.0.0.1:1"), new Uint8Array(), 100, never),
      fails(/127\.0\.0\.1:1/),
    );
  });
});
