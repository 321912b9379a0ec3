import { equalBytes } from "../../core/bytes.ts";
import { formatTime } from "../chain/time.ts";
import { internal, invalidParams } from "./errors.ts";
import { hex } from "./json.ts";
import type { Methods, SoloNode } from "./node.ts";
import type { Params } from "./params.ts";

const mostBlocks = 10_000n;
/** A century: far beyond any period of the chain. */
const mostSeconds = 3_155_760_000n;

function bounded(params: Params, name: string, most: bigint): bigint {
  const value = params.integer(name);
  if (value === undefined || value < 1n || value > most) {
    throw invalidParams(`${name}: expected 1 to ${most}, got ${value ?? "none"}`);
  }
  return value;
}

/** CometMock calls a validator by the address of its key. */
function validatorAddress({ engine }: SoloNode, params: Params): Uint8Array {
  const text = params.text("private_key_address") ?? "";
  const address = Uint8Array.from(Buffer.from(text, "hex"));
  const known = engine.status.validators.some((one) => equalBytes(one.address, address));
  if (!known) throw invalidParams(`private_key_address: expected a validator, got ${text}`);
  return address;
}

function signingStatus(params: Params): boolean {
  const status = params.text("status") ?? "";
  if (status === "up" || status === "down") return status === "up";
  throw invalidParams(`status: expected up or down, got ${status}`);
}

/** A fault of the caller, told as one. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof RangeError ? internal(error.message) : error;
  }
}

/** What no CometBFT has: time, blocks and faults at will. The first four have CometMock's names. */
export const developmentMethods: Methods = {
  advance_blocks: {
    params: ["num_blocks"],
    run: async ({ engine }, params) => {
      const count = Number(bounded(params, "num_blocks", mostBlocks));
      return { height: String(await told(engine.advance(count))) };
    },
  },
  advance_time: {
    params: ["duration_in_seconds"],
    run: async ({ engine }, params) => {
      const seconds = bounded(params, "duration_in_seconds", mostSeconds);
      return { new_time: formatTime(await engine.advanceTime(seconds * 1_000_000_000n)) };
    },
  },
  set_signing_status: {
    params: ["private_key_address", "status"],
    run: (node, params) => {
      const address = validatorAddress(node, params);
      const signs = signingStatus(params);
      node.engine.setSigning(address, signs);
      return { private_key_address: hex(address), status: signs ? "up" : "down" };
    },
  },
  cause_double_sign: {
    params: ["private_key_address"],
    run: async (node, params) => {
      const address = validatorAddress(node, params);
      await told(node.engine.addDoubleSign(address));
      return { private_key_address: hex(address) };
    },
  },
  dev_snapshot: {
    params: [],
    run: ({ engine }) => ({
      id: String(engine.status.height),
      height: String(engine.status.height),
    }),
  },
  dev_revert: {
    params: ["id"],
    run: async (node, params) => {
      const height = bounded(params, "id", node.engine.status.height);
      await node.engine.exclusive(async () => {
        node.revertTo(height);
        return Promise.resolve();
      });
      return { height: String(height) };
    },
  },
};
