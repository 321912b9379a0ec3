import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { DelayWatch } from "../../../app/appDelay.ts";
import { faultsOf, servePages, type Health } from "../../../app/appHealth.ts";
import { makeLogger } from "../../../app/appLogger.ts";
import { Metrics } from "../../../app/appMetrics.ts";
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
  const names = ["priv_key", "privateKey", "mnemonic", "secret", "passphrase", "salt"];
  for (const [who, make] of [
    ["app", makeLogger],
    ["executor", makeExecutorLogger],
  ] as const) {
    it(`of ${who}: no secret field is written, three objects deep`, () => {
      let text = "";
      const sink = { write: (line: string) => void (text += line) };
      const log = make("trace", sink as unknown as Parameters<typeof makeLogger>[1]);
      for (const name of names) {
        log.info({ [name]: "s3cr3t" }, "one");
        log.error({ a: { [name]: "s3cr3t" } }, "two");
        log.debug({ a: { b: { [name]: "s3cr3t" } } }, "three");
      }
      assert.equal(text.trim().split("\n").length, 3 * names.length);
      assert.ok(!text.includes("s3cr3t"), text);
      const first = JSON.parse(text.split("\n")[0] ?? "") as Record<string, unknown>;
      assert.equal(first["module"], who);
      assert.equal(first["level"], "info");
      assert.match(String(first["time"]), /^\d{4}-\d\d-\d\dT/);
    });
  }
});
