import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReadCtx } from "../../../../core/context.ts";
import { GasMeter } from "../../../../core/gas.ts";
import { Role } from "../../../../modules/registry/index.ts";
import { candidates } from "../../../../modules/selection/index.ts";
import { service, TaskChain, version } from "../../../support/taskChain.ts";
import { calledSeats, commit, drawn, reveal } from "../../../support/taskMoves.ts";

describe("reputation: memory", () => {
  it("B23: what is remembered changes neither gas nor weights", () => {
    const chain = new TaskChain();
    const task = drawn(chain);
    const seats = calledSeats(task);
    chain.block(seats.map((seat) => commit(chain, task, seat, "hello")));
    chain.block(seats.map((seat) => reveal(chain, task, seat, "hello")));
    // A later epoch: nothing is remembered for it yet.
    chain.block([], { advanceMs: 60_000n });
    const read = (): readonly [bigint, unknown] => {
      const gas = new GasMeter();
      const ctx: ReadCtx = { ...chain.ctx, gas };
      const key = { service, version, taskKey: "echo", role: Role.ROLE_VALIDATOR };
      const table = candidates(ctx, key).candidates;
      return [gas.used, table];
    };
    const cold = read();
    assert.deepEqual(read(), cold);
  });
});
