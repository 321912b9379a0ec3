import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Keyring } from "../../client/keyring/keyring.ts";
import { utf8Encode } from "../../core/bytes.ts";
import { hmacSha256 } from "../../core/crypto/hash.ts";
import { executorMetricsPort } from "../../localnet/ports.ts";
import { cometForTests } from "../support/comet.ts";
import { Secrets, logsBelow } from "../support/leaks.ts";
import { TestLocalnet } from "../support/localnet.ts";

const { path: comet, skip } = await cometForTests();
const executors = [1, 2, 3];

describe("C16: what a network of service nodes prints", { skip, timeout: 600_000 }, () => {
  let net: TestLocalnet;
  const home = (name: string): string => path.join(net.data, "net", name);

  before(async () => {
    net = new TestLocalnet(comet);
    net.env["ASSAY_LOG_LEVEL"] = "trace";
    await net.start("--executors", "3");
  });
  after(async () => net.remove());

  it("serves the health of each executor", async () => {
    for (const i of executors) {
      const address = `http://127.0.0.1:${executorMetricsPort(i, net.offset)}`;
      const response = await fetch(`${address}/health`);
      const { status, height } = (await response.json()) as { status: string; height: number };
      assert.equal(status, "ok");
      assert.ok(height > 0);
      const page = await (await fetch(`${address}/metrics`)).text();
      assert.match(page, /^assay_executor_runs_total\{outcome="ok"/m);
    }
  });

  it("holds no key, mnemonic, secret of salts, and no salt", async () => {
    const secrets = new Secrets();
    secrets.home(home("node0"));
    let salts = 0;
    for (const i of executors) {
      const name = `executor${i}`;
      const ring = new Keyring({ home: home(name), backend: "test", prefix: "assay" });
      const key = ring.privateKey("operator");
      secrets.bytes(`key of ${name}`, key);
      secrets.text(`mnemonic of ${name}`, ring.mnemonic("operator") ?? "");
      secrets.bytes(`secret of ${name}`, hmacSha256(key, utf8Encode("assay/v1/salt secret")));
      for (const salt of saltsIn(path.join(home(name), "data"))) {
        secrets.bytes(`salt of ${name}`, Buffer.from(salt, "hex"));
        salts += 1;
      }
    }
    assert.ok(salts >= 3, `salts: expected one for each seat of the demo task, got ${salts}`);
    assert.equal(await net.interrupt(), 0);
    const all = net.out + logsBelow(path.join(net.data, "net"));
    assert.ok(all.includes('"msg":"ran"') && all.includes('"msg":"block"'), "the logs were read");
    assert.deepEqual(secrets.in(all), []);
  });
});

/** Salts of an executor's journal, by the name of their field. */
function saltsIn(folder: string): string[] {
  const files = fs.readdirSync(folder).map((name) => path.join(folder, name));
  const found = files.flatMap((file) => [
    ...fs.readFileSync(file, "utf8").matchAll(/"salt":"([0-9a-f]{32,})"/g),
  ]);
  return [...new Set(found.map(([, salt]) => salt ?? ""))];
}
