import type { Logger } from "pino";
import { stakingMessages, type AssayClient } from "../client/index.ts";
import { compareAscii } from "../core/bytes.ts";
import { killPoint } from "./killPoint.ts";
import type { Bond, Life } from "../proto/gen/assay/staking/v1/staking.ts";

/** How long one may wait for its block before another is sent for the same miss. */
const waitMs = 3_000;

/**
 * Keeps the leases of all nodes of this operator alive: one message for all, once a slot, and at once after a miss.
 * The slot is named by the machine's clock, because the time of a quiet chain is old (PROTOCOL 7.3).
 */
export class Heartbeat {
  readonly #client: AssayClient;
  readonly #operator: string;
  readonly #log: Logger;
  #sentSlot = -1n;
  #sentMs = 0;
  #nextLookMs = 0;

  constructor(client: AssayClient, operator: string, log: Logger) {
    this.#client = client;
    this.#operator = operator;
    this.#log = log;
  }

  async beat(bonds: readonly Bond[]): Promise<void> {
    const missing = new Set(bonds.filter((bond) => bond.missing).map((bond) => bond.node));
    if (bonds.length === 0 || Date.now() < this.#nextLook(missing.size > 0)) return;
    const nodes = [...new Set(bonds.map((bond) => bond.node))].sort(compareAscii);
    const lives = await Promise.all(nodes.map((node) => this.#client.staking.life({ node })));
    const [first] = lives;
    if (first === undefined) return;
    const over = BigInt(Date.now()) >= first.nextSlotMs;
    const now = over ? first.slot + 1n : first.slot;
    const dueIn = (slot: bigint): string[] =>
      nodes.filter((node, i) => isDue(lives[i]?.life, slot, missing.has(node)));
    // A post for another service may have given this slot its sign: then the next one takes the word that ends a miss.
    const isHeard = !over && missing.size > 0 && dueIn(now).length === 0;
    const slot = isHeard ? now + 1n : now;
    const due = dueIn(slot).filter((node) => !isHeard || missing.has(node));
    this.#nextLookMs = over
      ? Date.now() + 1_000
      : Math.min(Number(first.nextSlotMs), Date.now() + 60_000);
    if (due.length === 0 || (slot === this.#sentSlot && !due.some((node) => missing.has(node))))
      return;
    killPoint("heartbeat.due");
    const message = stakingMessages.heartbeat({ operator: this.#operator, nodes: due, slot });
    await this.#client.sender.broadcast([message], {
      beforeSend: () => killPoint("heartbeat.signed"),
    });
    killPoint("heartbeat.sent");
    this.#sentSlot = slot;
    this.#sentMs = Date.now();
    this.#log.info({ slot: slot.toString(), nodes: due.length }, "heartbeat");
  }

  #nextLook(missing: boolean): number {
    return missing ? this.#sentMs + waitMs : this.#nextLookMs;
  }
}

/** As the chain takes it: one a slot, and one more after each miss in it. */
function isDue(life: Life | undefined, slot: bigint, missing: boolean): boolean {
  if (life === undefined || life.lastSlot < slot) return true;
  const hasSign = ((life.ring >> (life.lastSlot - slot)) & 1n) === 1n;
  return !hasSign || (missing && life.spareHeartbeats > 0);
}
