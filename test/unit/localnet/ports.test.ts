import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { UserError } from "../../../client/index.ts";
import { nodePorts, requireFree } from "../../../localnet/ports.ts";

describe("localnet: ports", () => {
  it("node i adds 10 times i, the offset comes on top", () => {
    assert.deepEqual(nodePorts(0, 0), { p2p: 26656, rpc: 26657, metrics: 26660, app: 26661 });
    assert.deepEqual(nodePorts(3, 100), { p2p: 26786, rpc: 26787, metrics: 26790, app: 26791 });
  });

  it("no two ports of a network of 16 are the same", () => {
    const ports = Array.from({ length: 16 }, (_, i) => Object.values(nodePorts(i, 0))).flat();
    assert.equal(new Set(ports).size, ports.length);
  });

  it("E1404 names the port that is taken and who has it", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await assert.rejects(requireFree([port]), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.code, "E1404");
      const owner = process.platform === "linux" ? `\\(pid ${process.pid}\\)` : ".+";
      assert.match(error.what, new RegExp(`^port ${port} is taken by .*${owner}$`));
      return true;
    });
    await once(server.close(), "close");
    await requireFree([port]);
  });
});
