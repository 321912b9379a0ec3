import { TxFailed, TxRefused, registryMessages, type AssayClient } from "../../client/index.ts";
import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { blockAt } from "./blocks.ts";

/** Acknowledged: seen in a block with code 0. Refused: seen to have no effect. Else nobody knows. */
type End = "acknowledged" | "refused" | "unknown";
type Send = { readonly kind: "send"; readonly amount: bigint; readonly end: End };
type Claim = {
  readonly kind: "claim";
  readonly name: string;
  readonly owner: string;
  readonly end: End;
};
export type Operation = Send | Claim;

const sendUrl = "/cosmos.bank.v1beta1.MsgSend";
/** Names for which all clients race, one after another. */
export const raceName = (index: number): string => `race-${index}`;

/** One client that sends amounts nobody else sends, and claims names that everybody wants; what it saw, in order. */
export class HistoryClient {
  readonly operations: Operation[] = [];
  readonly #client: AssayClient;
  readonly #sink: string;
  readonly #first: bigint;
  #sends = 0n;
  #names = 0;
  #stopped = false;
  #loop: Promise<void> = Promise.resolve();

  /** `number` tells its amounts from those of the others. */
  constructor(client: AssayClient, number: number, sink: string) {
    this.#client = client;
    this.#sink = sink;
    this.#first = BigInt(number) * 100_000n;
  }

  get address(): string {
    return this.#client.sender.address;
  }

  async register(username: string): Promise<void> {
    await this.#client.send([registryMessages.registerUser({ owner: this.address, username })]);
  }

  start(): void {
    this.#stopped = false;
    this.#loop = this.#run();
  }

  /** Ends after the operation that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#send();
      if (!this.#stopped && this.#sends % 3n === 0n) await this.#claim();
    }
  }

  async #send(): Promise<void> {
    const amount = this.#first + ++this.#sends;
    const coins = [{ denom: "uassay", amount: amount.toString() }];
    const value = { fromAddress: this.address, toAddress: this.#sink, amount: coins };
    const end = await this.#endOf([{ typeUrl: sendUrl, value }]);
    this.operations.push({ kind: "send", amount, end });
  }

  async #claim(): Promise<void> {
    const owner = this.address;
    const name = raceName(this.#names++);
    const end = await this.#endOf([registryMessages.registerService({ owner, name })]);
    this.operations.push({ kind: "claim", name, owner, end });
  }

  async #endOf(messages: Parameters<AssayClient["send"]>[0]): Promise<End> {
    try {
      // No simulation: what would fail must fail in the block, where all nodes see it.
      await this.#client.send(messages, { gas: 200_000n, waitMs: 15_000 });
      return "acknowledged";
    } catch (error) {
      if (error instanceof TxFailed) return "refused";
      // A sequence that is used may be used by this very transaction, which another node had.
      if (error instanceof TxRefused && error.abciCode !== 32) return "refused";
      return "unknown";
    }
  }
}

type ResultsAnswer = { txs_results: { code?: number }[] | null };

/** How often blocks paid each amount to the sink. */
export async function paidTo(
  sink: string,
  client: AssayClient,
  last: number,
): Promise<Map<bigint, number>> {
  const paid = new Map<bigint, number>();
  for (let height = 1; height <= last; height++) {
    const { txs } = await blockAt(client.rpc, height);
    if (txs.length === 0) continue;
    const { txs_results: results } = await client.rpc.call<ResultsAnswer>("block_results", {
      height: String(height),
    });
    for (const [index, tx] of txs.entries()) {
      if ((results?.[index]?.code ?? 0) !== 0) continue;
      for (const amount of amountsTo(sink, tx)) paid.set(amount, (paid.get(amount) ?? 0) + 1);
    }
  }
  return paid;
}

function amountsTo(sink: string, tx: Buffer): bigint[] {
  // The beacon's contribution is no transaction.
  if (tx[0] === 0) return [];
  const { messages } = TxBody.decode(TxRaw.decode(tx).bodyBytes);
  return messages
    .filter(({ typeUrl }) => typeUrl === sendUrl)
    .map(({ value }) => MsgSend.decode(value))
    .filter(({ toAddress }) => toAddress === sink)
    .map(({ amount }) => BigInt(amount[0]?.amount ?? "0"));
}

/** What the histories and the blocks contradict each other in: lost, doubled, or made from nothing. */
export function faultsOfSends(
  operations: readonly Operation[],
  paid: ReadonlyMap<bigint, number>,
): string[] {
  const sends = operations.filter((one): one is Send => one.kind === "send");
  const faults = sends.flatMap(({ amount, end }) => {
    const times = paid.get(amount) ?? 0;
    if (times > 1) return [`send of ${amount}: applied ${times} times`];
    if (end === "acknowledged" && times === 0) return [`send of ${amount}: acknowledged and lost`];
    if (end === "refused" && times === 1) return [`send of ${amount}: refused and applied`];
    return [];
  });
  const known = new Set(sends.map(({ amount }) => amount));
  const strangers = [...paid.keys()].filter((amount) => !known.has(amount));
  return [...faults, ...strangers.map((amount) => `send of ${amount}: nobody sent it`)];
}

/** Compare-and-set: a name has the one owner that was told so, or one that was told nothing. */
export function faultsOfClaims(
  operations: readonly Operation[],
  owners: ReadonlyMap<string, string | undefined>,
): string[] {
  const claims = operations.filter((one): one is Claim => one.kind === "claim");
  return [...new Set(claims.map(({ name }) => name))].flatMap((name) => {
    const all = claims.filter((claim) => claim.name === name);
    const winners = all.filter(({ end }) => end === "acknowledged").map(({ owner }) => owner);
    const owner = owners.get(name);
    if (winners.length > 1) return [`${name}: acknowledged to ${winners.join(" and ")}`];
    if (winners.length === 1 && owner !== winners[0])
      return [`${name}: acknowledged to ${winners[0]}, owned by ${owner}`];
    const mayOwn = all.filter(({ end }) => end !== "refused").map((claim) => claim.owner);
    if (owner !== undefined && !mayOwn.includes(owner))
      return [`${name}: owned by ${owner}, who was refused`];
    return [];
  });
}
