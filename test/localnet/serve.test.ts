import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { cometForTests } from "../support/comet.ts";
import { TestLocalnet } from "../support/localnet.ts";

const comet = await cometForTests();

describe("localnet: a service of one's own", { skip: comet.skip }, () => {
  let net: TestLocalnet;
  let server: http.Server;
  let calls = 0;

  before(async () => {
    net = new TestLocalnet(comet.path);
    server = http.createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => {
        if (request.method === "POST") calls += 1;
        response.end(JSON.stringify({ length: body.length }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await net.start();
  });
  after(async () => {
    await net.remove();
    server.close();
  });

  const folder = (): string => path.join(net.data, "service");
  const write = (version: string): void => {
    const { port } = server.address() as AddressInfo;
    fs.mkdirSync(folder(), { recursive: true });
    const text = `sid: length\nversion: "${version}"\nhttp:\n  url: http://127.0.0.1:${port}\ntasks:\n  measure:\n    compare: EXACT\n`;
    fs.writeFileSync(path.join(folder(), "service.yml"), text);
  };

  it("J3.7: serve publishes, bonds, announces and runs it; then a task of it is VALID", async () => {
    write("1.0.0");
    const served = await net.control("serve", folder(), "--nodes", "3");
    assert.equal(served.code, 0, served.err);
    assert.match(served.out, /ok {2}length@1\.0\.0 published/);
    const task = await net.cli("task", "run", "length", "measure", '{"a":1}', "--validators", "2");
    assert.equal(task.code, 0, task.err);
    assert.equal(task.out.trim(), '{"length":7}');
    assert.equal(calls, 3, "the executor and both validators call the web service once");
  });

  it("serving it again changes nothing, and a new version is published beside the old one", async () => {
    const again = await net.control("serve", folder());
    assert.match(again.out, /length@1\.0\.0 was published before/);
    write("1.1.0");
    const newer = await net.control("serve", folder());
    assert.equal(newer.code, 0, newer.err);
    assert.match(newer.out, /length@1\.1\.0 published/);
    const task = await net.cli("task", "run", "length@1.1.0", "measure", "{}");
    assert.equal(task.code, 0, task.err);
    assert.equal(task.out.trim(), '{"length":2}');
  });

  it("a folder without service.yml is refused", async () => {
    const { code, err } = await net.control("serve", net.data);
    assert.equal(code, 64);
    assert.match(err, /error E4011: DIR: expected a folder with a service\.yml/);
  });
});
