import { MsgSend, type Any } from "../../proto/cosmos.ts";
import { msg, type AppStateEdit } from "./driver.ts";
import type { TestKey } from "./keys.ts";

export function send(from: TestKey, to: TestKey, amount = "5", denom = "uassay"): Any {
  return msg("/cosmos.bank.v1beta1.MsgSend", MsgSend, {
    fromAddress: from.address,
    toAddress: to.address,
    amount: [{ denom, amount }],
  });
}

/** A draw that nobody takes: every block needs a beacon contribution. */
export const endlessDraw: AppStateEdit = (state) => {
  state["beacon"].pending = [
    {
      ...{ kind: "test", id: "1", attempt: 1, requested_height: "1" },
      trigger_digest: Buffer.alloc(32).toString("base64"),
      ...{ earliest_height: "2", latest_height: "42" },
      ...{ draw_power: "100000000000000000", total_power: "40" },
    },
  ];
  state["clock"].state = { genesis_ms: "1700000000000", open_windows: "1" };
};
