import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { pino } from "pino";
import type { AssayClient } from "../../../client/index.ts";
import { Heartbeat } from "../../../executor/heartbeat.ts";
import { Bond, Life } from "../../../proto/gen/assay/staking/v1/staking.ts";

const slotMs = 60_000;

/** A chain in slot 5 with one node, and the slots that heartbeats of its operator name. */
function chain(life: Partial<Life>): {
  life: Partial<Life>;
  readonly sent: bigint[];
  readonly heartbeat: Heartbeat;
} {
  const sent: bigint[] = [];
  const now = { life, sent };
  const client = {
    sender: {
      broadcast(messages: readonly { value: { slot: bigint } }[]) {
        sent.push(...messages.map(({ value }) => value.slot));
        return Promise.resolve({});
      },
    },
    staking: {
      life: () =>
        Promise.resolve({
          life: Life.fromPartial({ node: "node", ...now.life }),
          slot: 5n,
          nextSlotMs: BigInt(Date.now() + slotMs),
        }),
    },
  } as unknown as AssayClient;
  return Object.assign(now, {
    heartbeat: new Heartbeat(client, "operator", pino({ level: "silent" })),
  });
}

const bond = (missing: boolean): Bond[] => [Bond.fromPartial({ node: "node", missing })];

describe("executor: heartbeat", () => {
  it("goes out once a slot", async () => {
    const { heartbeat, sent } = chain({ lastSlot: 4n });
    for (let i = 0; i < 3; i++) await heartbeat.beat(bond(false));
    assert.deepEqual(sent, [5n]);
  });

  it("is not sent for a slot that has its sign", async () => {
    const { heartbeat, sent } = chain({ lastSlot: 5n });
    await heartbeat.beat(bond(false));
    assert.deepEqual(sent, []);
  });

  it("goes out again after a miss in the same slot, and waits for its block", async () => {
    mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
    try {
      const net = chain({ lastSlot: 5n, spareHeartbeats: 1 });
      for (let i = 0; i < 5; i++) {
        await net.heartbeat.beat(bond(true));
        mock.timers.tick(200);
      }
      assert.deepEqual(net.sent, [5n]);
      // No block has it: it was lost.
      mock.timers.tick(3_000);
      await net.heartbeat.beat(bond(true));
      assert.deepEqual(net.sent, [5n, 5n]);
    } finally {
      mock.timers.reset();
    }
  });

  it("is not offered again while an older answer still calls the bond missing: the chain refuses it", async () => {
    const { heartbeat, sent } = chain({ lastSlot: 5n, spareHeartbeats: 0 });
    for (let i = 0; i < 3; i++) await heartbeat.beat(bond(true));
    assert.deepEqual(sent, []);
  });
});
