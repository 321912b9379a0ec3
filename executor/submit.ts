import type { Logger } from "pino";
import type { EncodeObject } from "@cosmjs/proto-signing";
import {
  RpcUnavailable,
  TxRefused,
  broadcastSync,
  findTx,
  type Rpc,
  type SendOptions,
  type TxOutcome,
  type TxSender,
} from "../client/index.ts";
import type { Journal, SeatRecord, SentTx } from "./journal.ts";
import { killPoint } from "./killPoint.ts";

export type Phase = "commit" | "reveal";
export type Post<P> = {
  readonly record: SeatRecord;
  readonly post: P;
  /** Bytes of output that travel with it. */
  readonly outputBytes: number;
};

/** What a fee under an allowance for posts costs more, with room (docs/GAS.md). */
const grantGas = 20_000n;

/**
 * Gas of a transaction with these posts. Not simulated: a post that runs out of gas because others posted meanwhile
 * would be slashed as silence. A lone post at 0.025 a unit costs less than its post fee (PROTOCOL 11); under a
 * grant a little more.
 */
export function postsGas(posts: readonly Post<unknown>[], granted = false): bigint {
  const bytes = posts.reduce((sum, { outputBytes }) => sum + outputBytes, 0);
  return (granted ? grantGas : 0n) + 50_000n + 40_000n * BigInt(posts.length) + 60n * BigInt(bytes);
}

/** In a block; may still come into one; or never will. */
type Whereabouts = TxOutcome | "waits" | "gone";

/** Heights after which a post that no block took is given up and made anew. */
const timeoutBlocks = 12n;
/** Heights after which the block that used a sequence has been seen: a post of the same sequence never comes. */
const usedBlocks = 2n;
/** Posts in one transaction (PROTOCOL 9). */
export const batchSize = 10;

/**
 * Sends posts in batches. The signed bytes are in the journal before they leave (those of a reveal where the disk takes
 * them); while such a transaction may still be taken by a block, its very bytes are sent again and nothing else is
 * signed for that post.
 */
export class Submitter {
  readonly #rpc: Rpc;
  readonly #sender: TxSender;
  readonly #journal: Journal;
  readonly #log: Logger;
  readonly #usedAt = new Map<string, bigint>();
  /** What the chain said of each transaction at the height of now: all its posts share one answer. */
  readonly #answers = new Map<string, Promise<Whereabouts>>();
  /** Posts that CheckTx refused at the height of now. */
  readonly #refused = new Set<string>();
  #height = 0n;

  constructor(rpc: Rpc, sender: TxSender, journal: Journal, log: Logger) {
    this.#rpc = rpc;
    this.#sender = sender;
    this.#journal = journal;
    this.#log = log;
  }

  /**
   * True while an earlier transaction with this post may still come into a block; resends it once a height. A node
   * under load answers slowly, and more often than at each height there is nothing new to hear.
   */
  async isPending(record: SeatRecord, phase: Phase, height: bigint): Promise<boolean> {
    this.#at(height);
    const sent = record[phase];
    if (sent === undefined) return this.#refused.has(nameOf(record, phase));
    const { hash } = sent;
    const asked = this.#answers.get(hash) ?? this.#ask(sent, height);
    this.#answers.set(hash, asked);
    let answer: Whereabouts;
    try {
      answer = await asked;
    } catch (error) {
      this.#answers.delete(hash);
      throw error;
    }
    if (answer === "waits") return true;
    if (answer !== "gone") {
      const { code, log } = answer;
      // It is in a block, and still the chain waits for the post: it was refused there.
      this.#log.warn({ seat: record.seat, phase, hash, code, log }, "post was not taken");
    }
    this.#drop(record, phase);
    return false;
  }

  async #ask(sent: SentTx, height: bigint): Promise<Whereabouts> {
    const found = await findTx(this.#rpc, sent.hash);
    // In a block above the state that was read: what that state still waits for may have been taken.
    if (found !== undefined) return found.height > height ? "waits" : found;
    if (height >= BigInt(sent.timeoutHeight)) return "gone";
    await this.#resend(sent, height);
    const usedAt = this.#usedAt.get(sent.hash);
    return usedAt === undefined || height < usedAt + usedBlocks ? "waits" : "gone";
  }

  #at(height: bigint): void {
    if (height === this.#height) return;
    this.#height = height;
    this.#answers.clear();
    this.#refused.clear();
  }

  /** Sends up to batchSize posts as one transaction. */
  async send<P>(
    posts: readonly Post<P>[],
    phase: Phase,
    height: bigint,
    message: (posts: P[]) => EncodeObject,
  ): Promise<void> {
    const timeoutHeight = height + timeoutBlocks;
    const options: SendOptions = {
      timeoutHeight,
      gas: postsGas(posts, this.#sender.feeGranter !== undefined),
      beforeSend: ({ hash, bytes }) => {
        killPoint(`${phase}.signed`);
        const sent: SentTx = {
          hash,
          bytes: Buffer.from(bytes).toString("base64"),
          timeoutHeight: timeoutHeight.toString(),
        };
        for (const { record } of posts) this.#keep({ ...record, [phase]: sent }, phase);
        killPoint(`${phase}.kept`);
      },
    };
    try {
      await this.#sender.broadcast([message(posts.map(({ post }) => post))], options);
      killPoint(`${phase}.sent`);
    } catch (error) {
      if (error instanceof TxRefused) this.#remake(posts, phase, height);
      throw error;
    }
  }

  /**
   * CheckTx refused it, so it waits nowhere and its sequence goes to another: made anew at the next height, from what
   * the chain asks for then. One post of ten that is not expected any more must not keep nine from their window.
   */
  #remake(posts: readonly Post<unknown>[], phase: Phase, height: bigint): void {
    this.#at(height);
    for (const { record } of posts) {
      this.#drop(record, phase);
      this.#refused.add(nameOf(record, phase));
    }
  }

  async #resend(sent: SentTx, height: bigint): Promise<void> {
    try {
      await broadcastSync(this.#rpc, Buffer.from(sent.bytes, "base64"));
    } catch (error) {
      if (error instanceof RpcUnavailable) throw error;
      this.#log.debug({ hash: sent.hash, why: String(error) }, "resend refused");
      // By this very transaction in a block, or by another one (a heartbeat after kill -9): the next blocks tell which.
      if (isSequenceUsed(error) && !this.#usedAt.has(sent.hash))
        this.#usedAt.set(sent.hash, height);
    }
  }

  /**
   * A commitment that cannot be kept is not sent. A reveal is: all that it opens is kept since the run, a restart makes
   * it again, and silence would cost a part of the bond.
   */
  #keep(record: SeatRecord, phase: Phase): void {
    if (phase === "commit") return this.#journal.put(record);
    const refused = this.#journal.note(record);
    if (refused === undefined) return;
    this.#log.warn({ seat: record.seat, why: String(refused) }, "reveal goes out all the same");
  }

  #drop(record: SeatRecord, phase: Phase): void {
    const rest: Record<string, unknown> = { ...record };
    this.#usedAt.delete(record[phase]?.hash ?? "");
    delete rest[phase];
    // After a restart that finds it again, the chain's answer drops it again.
    this.#journal.note(rest as SeatRecord);
  }
}

function nameOf(record: SeatRecord, phase: Phase): string {
  return `${phase} ${record.seat}`;
}

/** A sequence still to come is another matter: what comes before it may be on its way. */
function isSequenceUsed(error: unknown): boolean {
  if (!(error instanceof TxRefused) || error.codespace !== "sdk" || error.abciCode !== 32)
    return false;
  const [, expected = "0", got = "0"] = /expected (\d+), got (\d+)/.exec(error.log) ?? [];
  return BigInt(got) < BigInt(expected);
}
