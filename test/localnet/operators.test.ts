import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Keyring } from "../../client/keyring/keyring.ts";
import { portsFrom } from "../../cli/supervise/config.ts";
import { notOnSolo } from "../support/comet.ts";
import { Secrets, logsBelow } from "../support/leaks.ts";
import { rpcStatus } from "../support/localnet.ts";
import { Guide, guideBlocks } from "../support/operatorsGuide.ts";
import { freeOffset } from "../support/ports.ts";

// What an operator does with one home is in oneHome.test.ts, which runs on the solo engine too.
const { path: comet, skip } = await notOnSolo("one validator");
const four = [0, 1, 2, 3];

describe("docs/OPERATORS.md: four homes by its commands alone", { skip, timeout: 900_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "assay-ops-"));
  const home = (i: number): string => path.join(folder, "net", `node${i}`);
  const guide = new Guide(folder, comet);
  let offset = 0;

  const rpc = (i: number): string => `http://127.0.0.1:${portsFrom(offset + 10 * i).rpc}`;
  const supervisorOf = (i: number): number => {
    const text = fs.readFileSync(path.join(home(i), "node.pids.json"), "utf8");
    return (JSON.parse(text) as { supervisor: number }).supervisor;
  };

  before(async () => {
    offset = await freeOffset((at) => four.flatMap((i) => Object.values(portsFrom(at + 10 * i))));
    for (const block of guideBlocks(offset)) await guide.run(block);
  });

  after(async () => {
    for (const i of four) {
      if (fs.existsSync(path.join(home(i), "node.pids.json"))) {
        process.kill(supervisorOf(i), "SIGTERM");
      }
    }
    await guide.ended();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  it("makes blocks with the same app hash on all four, and moves coins", async () => {
    assert.match(guide.out, /amount: "?5000000/);
    const { latest_block_height: height } = await rpcStatus(rpc(3));
    assert.ok(Number(height) >= 4, `height: expected 4 or more, got ${height}`);
    const hashes = four.map(async (i) => {
      const response = await fetch(`${rpc(i)}/commit?height=${height}`);
      const { result } = (await response.json()) as {
        result?: { signed_header: { header: { app_hash: string } } };
      };
      return result?.signed_header.header.app_hash;
    });
    const different = new Set(await Promise.all(hashes));
    assert.equal(different.size, 1, [...different].join(" "));
  });

  it("gives every home the same genesis of four validators, and all others as peers", () => {
    const texts = four.map((i) => fs.readFileSync(path.join(home(i), "config", "genesis.json")));
    assert.ok(texts.every((text) => text.equals(texts[0] ?? Buffer.alloc(0))));
    const peers = four.map((i) => {
      const config = fs.readFileSync(path.join(home(i), "config", "config.toml"), "utf8");
      return /^persistent_peers = "(.*)"$/m.exec(config)?.[1]?.split(",").length;
    });
    assert.deepEqual(peers, [3, 3, 3, 3]);
  });

  it("C16: the guide's commands and the four nodes print no key, mnemonic or passphrase", () => {
    const read = (name: string): string => fs.readFileSync(path.join(folder, name), "utf8").trim();
    const passphrase = read("passphrase");
    const ring = new Keyring({
      ...{ home: home(0), backend: "file", prefix: "assay", passphrase: () => passphrase },
    });
    const secrets = new Secrets();
    four.forEach((i) => secrets.home(home(i)));
    secrets.text("passphrase", passphrase);
    secrets.text("passphrase of the export", read("travel"));
    secrets.bytes("founder's key", ring.privateKey("founder"));
    secrets.text("founder's mnemonic", ring.mnemonic("founder") ?? "");
    const all = `${guide.out}\n${logsBelow(folder)}`;
    assert.ok(all.includes('"msg":"block"'), "the logs were read");
    assert.deepEqual(secrets.in(all), []);
    assert.ok(secrets.count > 100);
  });
});
