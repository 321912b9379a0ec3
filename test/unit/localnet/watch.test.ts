import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import type { AssayClient } from "../../../client/index.ts";
import { Watch } from "../../../localnet/watch.ts";

describe("localnet: watch", () => {
  it("ends with the look that is on its way: Ctrl-C must not wait for ever", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      let looks = 0;
      let answer: (page: { tasks: never[] }) => void = () => undefined;
      const client = {
        tasks: {
          tasks: () => {
            looks += 1;
            return new Promise((resolve) => (answer = resolve));
          },
        },
        height: () => Promise.resolve(1n),
      } as unknown as AssayClient;
      const watch = new Watch(client, 0n, () => undefined);
      watch.start();
      mock.timers.tick(1_000);
      assert.equal(looks, 1);
      watch.stop();
      answer({ tasks: [] });
      for (let i = 0; i < 10; i++) await Promise.resolve();
      mock.timers.tick(10_000);
      assert.equal(looks, 1);
    } finally {
      mock.timers.reset();
    }
  });
});
