import { userError } from "./errors/index.ts";
import { fieldsOf, heightOf, textOf } from "./rpc/answer.ts";
import { RpcUnavailable } from "./rpc/errors.ts";
import { RpcError, type Rpc } from "./rpc/rpc.ts";

export type Snapshot = { readonly id: string; readonly height: bigint };

/** What a test can do to a chain of the solo engine, and nobody to any other. */
export type TimeTravel = {
  /** Makes so many blocks at once; answers the last height. */
  advanceBlocks(count: number): Promise<bigint>;
  /** Moves the clock of the chain; answers the time that the next block has. */
  advanceTime(seconds: number): Promise<Date>;
  /** Whether the validator of this address (hex) signs the next blocks. */
  setSigning(validator: string, signs: boolean): Promise<void>;
  /** The next block carries evidence that the validator of this address (hex) has signed twice. */
  causeDoubleSign(validator: string): Promise<void>;
  snapshot(): Promise<Snapshot>;
  /** The chain is again what it was at the snapshot; resolves when the node answers from there. */
  revert(snapshot: Pick<Snapshot, "id">): Promise<void>;
};

const methodNotFound = -32601;
/** One call must not outlast the patience of the connection. */
const blocksPerCall = 100;
const revertLimitMs = 60_000;
const askEveryMs = 50;

/** For tests against a network that runs on the solo engine; every function throws E3301 on a real CometBFT. */
export function timeTravel(rpc: Pick<Rpc, "call">): TimeTravel {
  const call = async (method: string, params: Readonly<Record<string, unknown>> = {}) => {
    try {
      return fieldsOf(await rpc.call(method, params), "result");
    } catch (cause) {
      if (!(cause instanceof RpcError) || cause.code !== methodNotFound) throw cause;
      throw userError("E3301", { method }, { cause });
    }
  };
  return {
    async advanceBlocks(count) {
      let height = 0n;
      let left = count;
      do {
        const now = Math.min(left, blocksPerCall);
        const answer = await call("advance_blocks", { num_blocks: String(now) });
        height = heightOf(answer["height"], "height");
        left -= now;
      } while (left > 0);
      return height;
    },
    async advanceTime(seconds) {
      const answer = await call("advance_time", { duration_in_seconds: String(seconds) });
      return new Date(textOf(answer["new_time"], "new_time"));
    },
    async setSigning(validator, signs) {
      const status = signs ? "up" : "down";
      await call("set_signing_status", { private_key_address: validator, status });
    },
    async causeDoubleSign(validator) {
      await call("cause_double_sign", { private_key_address: validator });
    },
    async snapshot() {
      const { id, height } = await call("dev_snapshot");
      return { id: textOf(id, "id"), height: heightOf(height, "height") };
    },
    async revert({ id }) {
      await call("dev_revert", { id });
      await untilAnswered(rpc);
    },
  };
}

/** The engine ends with its answer to dev_revert and begins anew: whatever answers next is back at the snapshot. */
async function untilAnswered(rpc: Pick<Rpc, "call">): Promise<void> {
  const end = performance.now() + revertLimitMs;
  for (;;) {
    try {
      await rpc.call("status");
      return;
    } catch (error) {
      if (!(error instanceof RpcUnavailable) || performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}
