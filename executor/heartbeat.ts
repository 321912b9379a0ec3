import type { Logger } from "pino";
import { stakingMessages, type AssayClient } from "../client/index.ts";
import { compareAscii } from "../core/bytes.ts";
import { killPoint } from "./killPoint.ts";
import type { Bond } from "../proto/gen/assay/staking/v1/staking.ts";

/**
 * Keeps the leases of all nodes of this operator alive: one message for all, once a slot, and at once after a miss.
 * The slot is named by the machine's clock, because the time of a quiet chain is old (PROTOCOL 7.3).
 */
export class Heartbeat {
  readonly #client: AssayClient;
  readonly #operator: string;
  readonly #log: Logger;
  #sentSlot = -1n;
  #nextLookMs = 0;

  constructor(client: AssayClient, operator: string, log: Logger) {
    this.#client = client;
    this.#operator = operator;
    this.#log = log;
  }

  async beat(bonds: readonly Bond[]): Promise<void> {
    const missing = bonds.some((bond) => bond.missing);
    if (bonds.length === 0 || (Date.now() < this.#nextLookMs && !missing)) return;
    const nodes = [...new Set(bonds.map((bond) => bond.node))].sort(compareAscii);
    const lives = await Promise.all(nodes.map((node) => this.#client.staking.life({ node })));
    const [first] = lives;
    if (first === undefined) return;
    const over = BigInt(Date.now()) >= first.nextSlotMs;
    const slot = over ? first.slot + 1n : first.slot;
    const due = nodes.filter((_, i) => missing || (lives[i]?.life?.lastSlot ?? -1n) < slot);
    this.#nextLookMs = over
      ? Date.now() + 1_000
      : Math.min(Number(first.nextSlotMs), Date.now() + 60_000);
    if (due.length === 0 || (slot === this.#sentSlot && !missing)) return;
    killPoint("heartbeat.due");
    const message = stakingMessages.heartbeat({ operator: this.#operator, nodes: due, slot });
    await this.#client.sender.broadcast([message], {
      beforeSend: () => killPoint("heartbeat.signed"),
    });
    killPoint("heartbeat.sent");
    this.#sentSlot = slot;
    this.#log.info({ slot: slot.toString(), nodes: due.length }, "heartbeat");
  }
}
