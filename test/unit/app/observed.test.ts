import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { describe, it } from "node:test";
import { DelayWatch } from "../../../app/appDelay.ts";
import { faultsOf, servePages, type Health } from "../../../app/appHealth.ts";
import { makeLogger } from "../../../app/appLogger.ts";
import { Metrics } from "../../../app/appMetrics.ts";
import { packageRoot } from "../../../cli/home/programs.ts";
import { secretNames } from "../../../core/secrets.ts";
import { makeLogger as makeExecutorLogger } from "../../../executor/log.ts";
import { makeMetrics, serveMetrics } from "../../../executor/metrics.ts";

const well: Health = {
  ...{ chain_id: "x", version: "1", height: "7", block_time: "", last_commit_age_seconds: 9_999 },
  ...{ event_loop_delay_seconds: 0.01, comet_connections: 4, block_in_progress_seconds: 0 },
  ...{ rss_bytes: 1, alarms: 0 },
};

async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return `127.0.0.1:${port}`;
}

const get = async (address: string, page: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(`http://${address}/${page}`);
  return { status: response.status, text: await response.text() };
};

describe("app: health", () => {
  it("is well on an idle chain, however old the last block is", () => {
    assert.deepEqual(faultsOf(well), []);
  });

  const cases: readonly [string, Partial<Health>, RegExp][] = [
    ["CometBFT is gone", { comet_connections: 3 }, /connections, got 3/],
    ["a block is never committed", { block_in_progress_seconds: 31 }, /31 s ago/],
    ["the process hangs", { event_loop_delay_seconds: 6 }, /6 s late/],
  ];
  for (const [what, change, words] of cases) {
    it(`answers 503 and says why when ${what}`, async () => {
      const address = await freeAddress();
      const server = await servePages(address, new Metrics("x", "1").registry, () => ({
        ...well,
        ...change,
      }));
      const { status, text } = await get(address, "health");
      server.close();
      assert.equal(status, 503);
      const body = JSON.parse(text) as { status: string; faults: string[]; height: string };
      assert.equal(body.status, "unhealthy");
      assert.match(body.faults.join(), words);
      assert.equal(body.height, "7");
    });
  }

  it("serves its figures; E1404 where another program has the port", async () => {
    const address = await freeAddress();
    const metrics = new Metrics("chain-9", "1");
    metrics.block({
      ...{ height: 12n, timeMs: 5_000n, txs: 3, failed: 1, gas: 77n },
      ...{ ms: 20, commitMs: 2, recheckMs: 1 },
    });
    metrics.offered(new Map([["fee", 4]]));
    const server = await servePages(address, metrics.registry, () => well);
    const { status, text } = await get(address, "metrics");
    assert.equal(status, 200);
    for (const line of [
      'assay_height{chain_id="chain-9"} 12',
      'assay_txs_total{outcome="ok",chain_id="chain-9"} 2',
      'assay_gas_total{chain_id="chain-9"} 77',
      'assay_mempool_lane_txs{lane="fee",chain_id="chain-9"} 4',
    ])
      assert.ok(text.includes(line), line);
    assert.equal((await get(address, "health")).status, 200);
    assert.equal((await get(address, "other")).status, 404);
    await assert.rejects(
      servePages(address, metrics.registry, () => well),
      /taken/,
    );
    server.close();
  });

  it("counts time in ABCI calls as work and not as delay", async () => {
    const seen: number[] = [];
    const watch = new DelayWatch((seconds) => seen.push(seconds));
    const burn = (ms: number): void => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    };
    watch.start();
    burn(400);
    watch.busy(400);
    while (seen.length < 1) await new Promise((resolve) => setTimeout(resolve, 10));
    const asWork = seen[0] ?? 0;
    burn(400);
    while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    watch.stop();
    const asDelay = seen[1] ?? 0;
    // Both took 400 ms; a busy machine adds to either, never takes away.
    assert.ok(asDelay >= 0.25, `delay: got ${asDelay}`);
    assert.ok(watch.seconds >= asDelay && watch.seconds >= asWork);
  });
});

describe("executor: health", () => {
  it("serves figures and health", async () => {
    const address = await freeAddress();
    const metrics = makeMetrics("x");
    const server = await serveMetrics(metrics, address);
    metrics.assigned(9n, 2);
    metrics.roundDone();
    const { status, text } = await get(address, "health");
    assert.equal(status, 200);
    const { height, open_seats: open } = JSON.parse(text) as Record<string, number>;
    assert.deepEqual([height, open], [9, 2]);
    metrics.roundFailed(true);
    const page = (await get(address, "metrics")).text;
    assert.match(page, /assay_executor_node_reachable\{chain_id="x"\} 0/);
    assert.match(page, /assay_executor_round_failures_total\{chain_id="x"\} 1/);
    await assert.rejects(serveMetrics(metrics, address), /taken/);
    server.close();
  });
});

describe("C16: loggers", () => {
  for (const [who, make] of [
    ["app", makeLogger],
    ["executor", makeExecutorLogger],
  ] as const) {
    const written = (write: (log: ReturnType<typeof makeLogger>) => void): string => {
      let text = "";
      const sink = { write: (line: string) => void (text += line) };
      write(make("trace", sink as unknown as Parameters<typeof makeLogger>[1]));
      return text;
    };
    const parsed = (line: string): Record<string, unknown> =>
      JSON.parse(line) as Record<string, unknown>;

    it(`of ${who}: no secret field of those that the operators' guide names is written, however deep`, () => {
      const guide = fs.readFileSync(path.join(packageRoot, "docs", "OPERATORS.md"), "utf8");
      const sentence = /^No log holds a secret: the fields (.*) are written as/m.exec(guide)?.[1];
      const names = [...(sentence ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name ?? "");
      assert.deepEqual(new Set(names), new Set(secretNames));
      const text = written((log) => {
        for (const name of names) {
          let fields: Record<string, unknown> = { [name]: "s3cr3t", plain: name };
          for (let depth = 0; depth < 12; depth++) {
            log.info(fields, "a line");
            fields = depth % 2 === 0 ? { more: fields } : { list: [1, fields], kept: depth };
          }
        }
      });
      assert.ok(!text.includes("s3cr3t"), text);
      const lines = text.trim().split("\n");
      assert.equal(lines.length, 12 * names.length);
      // Eight objects and lists deep it is still looked at, and what is no secret is still shown.
      const plain = lines.slice(0, 12).map((line) => line.includes(`"plain":"${names[0]}"`));
      assert.deepEqual(
        plain,
        plain.map((_, i) => i < 6),
      );
      const first = parsed(lines[0] ?? "");
      assert.equal(first["module"], who);
      assert.equal(first["level"], "info");
      assert.equal(first["plain"], names[0]);
      assert.match(String(first["time"]), /^\d{4}-\d\d-\d\dT/);
    });

    it(`of ${who}: an error keeps its words and loses its secrets, as do those below it`, () => {
      const inner = Object.assign(new Error("inner words"), { mnemonic: "s3cr3t" });
      const error = Object.assign(new AggregateError([inner], "outer words"), {
        code: "EX",
        request: { headers: { salt: "s3cr3t" } },
      });
      const text = written((log) => {
        log.error({ err: error }, "one");
        log.error(inner);
        log.child({ wallet: { privKey: "s3cr3t" } }).info("bound");
      });
      assert.ok(!text.includes("s3cr3t"), text);
      const [one, , bound] = text.trim().split("\n").map(parsed);
      const { message, stack, code } = one?.["err"] as Record<string, string>;
      assert.match(`${message} ${stack}`, /outer words.*at /s);
      assert.equal(code, "EX");
      assert.match(text, /inner words/);
      assert.deepEqual(bound?.["wallet"], { privKey: "[redacted]" });
    });

    it(`of ${who}: the fields themselves stay as they are, also where they go round in a circle`, () => {
      const round: Record<string, unknown> = { salt: "s3cr3t", at: new Date(0), none: undefined };
      round["self"] = { round };
      const text = written((log) => log.info({ round, big: 7n, more: { big: 8n } }, "x"));
      assert.equal(round["salt"], "s3cr3t");
      const { round: shown, big, more } = parsed(text);
      assert.deepEqual([big, more], ["7", { big: "8" }]);
      const at = "1970-01-01T00:00:00.000Z";
      assert.deepEqual(shown, { salt: "[redacted]", at, self: { round: "[circular]" } });
    });
  }
});
