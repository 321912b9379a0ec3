import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  renderError,
  RpcError,
  RpcUnavailable,
  timeTravel,
  UserError,
  type Rpc,
} from "../../../client/index.ts";

type Params = Readonly<Record<string, unknown>>;

/** A node of which only this is known: what it answers. */
function node(answer: (method: string, params: Params) => unknown): Pick<Rpc, "call"> {
  return {
    call: <T>(method: string, params: Params = {}) =>
      new Promise<T>((resolve) => resolve(answer(method, params) as T)),
  };
}

const throws = (error: Error) => (): never => {
  throw error;
};

describe("client: time travel", () => {
  it("E3301: a CometBFT has no such method, and the error says how to get a node that has", async () => {
    const chain = timeTravel(node(throws(new RpcError(-32601, "Method not found", ""))));
    await assert.rejects(chain.advanceTime(60), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(renderError(error), /^error E3301: advance_time exists on the solo engine only/);
      assert.match(renderError(error), /npm start -- --engine solo/);
      return true;
    });
  });

  it("another error of the node stays what it is", async () => {
    const refused = new RpcError(-32602, "Invalid params", "num_blocks: expected 1 to 10000");
    await assert.rejects(timeTravel(node(throws(refused))).advanceBlocks(0), refused);
    const silent = new RpcUnavailable(["http://127.0.0.1:1 (ECONNREFUSED)"]);
    await assert.rejects(timeTravel(node(throws(silent))).snapshot(), silent);
  });

  it("many blocks are many calls, each short enough for one answer", async () => {
    const asked: number[] = [];
    const chain = timeTravel(
      node((_, { num_blocks: count }) => {
        asked.push(Number(count));
        return { height: String(asked.reduce((sum, one) => sum + one, 0)) };
      }),
    );
    assert.equal(await chain.advanceBlocks(250), 250n);
    assert.deepEqual(asked, [100, 100, 50]);
  });

  it("revert waits for the engine that begins anew", async () => {
    const asked: string[] = [];
    const chain = timeTravel(
      node((method) => {
        asked.push(method);
        if (asked.length < 4 && method === "status") throw new RpcUnavailable(["gone"]);
        return {};
      }),
    );
    await chain.revert({ id: "7" });
    assert.deepEqual(asked, ["dev_revert", "status", "status", "status"]);
  });
});
