import { createHash } from "node:crypto";
import type { ReadCtx } from "../../core/context.ts";
import type { WireType } from "../../core/codec.ts";
import { getAccount } from "../../modules/auth/index.ts";
import { grants } from "../../modules/feegrant/state.ts";
import type { Any } from "../../proto/cosmos.ts";
import { msg, signTx, type TxOptions } from "../support/driverTx.ts";
import type { TestKey } from "../support/keys.ts";
import type { Luck } from "./luck.ts";
import type { SimNetwork } from "./network.ts";
import type { Cast } from "./setting.ts";
import type { Tallies } from "./tallies.ts";

type Wire<T> = WireType<T> & { fromPartial(fields: never): T };

/** What the actors of one simulation share: their keys, the network, and what they have under way. */
export class World {
  readonly net: SimNetwork;
  readonly cast: Cast;
  readonly luck: Luck;
  readonly tallies: Tallies;
  readonly seed: number;
  /** Transactions that no block may execute with code 0. */
  readonly hopeless = new Set<Uint8Array>();
  /** What it means when these succeed. */
  readonly awaited = new Map<Uint8Array, string>();
  /** Old transactions, to be sent again. */
  readonly old: Uint8Array[] = [];
  readonly #signers = new Map<Uint8Array, readonly TestKey[]>();
  readonly #labels = new Map<Uint8Array, string>();
  readonly #pending = new Map<string, bigint>();
  readonly #keys: ReadonlyMap<string, TestKey>;
  /** Who would pay somebody's fees: the last one that granted it, by grantee. */
  readonly #patrons = new Map<string, string>();

  constructor(net: SimNetwork, cast: Cast, luck: Luck, tallies: Tallies, seed: number) {
    this.net = net;
    this.cast = cast;
    this.luck = luck;
    this.tallies = tallies;
    this.seed = seed;
    const keys = [...this.everybody, ...cast.newcomers];
    this.#keys = new Map(keys.map((key) => [key.address, key]));
  }

  get ctx(): ReadCtx {
    return this.net.ctx;
  }

  get everybody(): readonly TestKey[] {
    const { authors, requesters, nodes, operators, users, poor } = this.cast;
    return [...new Set([...authors, ...requesters, ...nodes, ...operators, ...users, poor])];
  }

  readonly read = <T>(view: (ctx: ReadCtx) => T): T => view(this.ctx);

  operatorOf(address: string): TestKey | undefined {
    return this.#keys.get(address);
  }

  /** A number that depends on the seed and these names only, whatever came before. */
  fate(...names: readonly (string | bigint | number)[]): number {
    const text = [this.seed, ...names].join("/");
    return createHash("sha256").update(text).digest().readUInt32BE(0);
  }

  /** After each block: sequences count from the committed ones and what waits. */
  refresh(): void {
    this.#pending.clear();
    this.#patrons.clear();
    for (const [grantee, granter] of grants.keys(this.ctx)) this.#patrons.set(grantee, granter);
    const waiting = new Set(this.net.mempool);
    for (const [tx, keys] of this.#signers) {
      if (!waiting.has(tx)) {
        this.#signers.delete(tx);
        this.#labels.delete(tx);
        continue;
      }
      for (const key of keys) {
        const next = this.#pending.get(key.address) ?? this.#committed(key);
        this.#pending.set(key.address, next + 1n);
      }
    }
  }

  #committed({ address }: TestKey): bigint {
    return getAccount(this.ctx, address)?.sequence ?? 0n;
  }

  /** Signed with what the chain and the mempool say; not sent. */
  sign(
    by: TestKey | readonly TestKey[],
    messages: readonly Any[],
    options: TxOptions = {},
  ): Uint8Array {
    const keys = Array.isArray(by) ? (by as readonly TestKey[]) : [by as TestKey];
    const signers = keys.map((key, i) => ({
      key,
      accountNumber: getAccount(this.ctx, key.address)?.accountNumber ?? 0n,
      sequence:
        (i === 0 ? options.sequence : undefined) ??
        this.#pending.get(key.address) ??
        this.#committed(key),
    }));
    const fee = this.luck.pick(["", "1uassay", "2000uassay"]);
    const own = { fee, gas: 2_000_000n, ...options };
    return signTx(signers, messages, { chainId: this.net.chainId, ...own });
  }

  /** Signs and sends; a label that is still on its way is not sent a second time. */
  send(
    by: TestKey | readonly TestKey[],
    messages: readonly Any[],
    label = "",
    options: TxOptions = {},
  ): Uint8Array | undefined {
    if (label !== "" && this.isUnderWay(label)) return undefined;
    const keys = Array.isArray(by) ? (by as readonly TestKey[]) : [by as TestKey];
    const tx = this.#submit(keys, messages, options);
    if (tx === undefined) return undefined;
    this.#signers.set(tx, keys);
    if (label !== "") this.#labels.set(tx, label);
    for (const key of keys)
      this.#pending.set(key.address, (this.#pending.get(key.address) ?? this.#committed(key)) + 1n);
    if (this.luck.hits(20)) this.old.push(tx);
    if (this.old.length > 20) this.old.shift();
    return tx;
  }

  /** One that was signed elsewhere; `reached` is what it means when a block takes it. */
  sendSigned(tx: Uint8Array, label: string, reached: string): void {
    if (this.net.submit(tx) !== 0) return;
    this.#signers.set(tx, []);
    this.#labels.set(tx, label);
    this.awaited.set(tx, reached);
  }

  /** Now and then somebody else pays, where that was granted; when it is refused the sender pays. */
  #submit(
    keys: readonly TestKey[],
    messages: readonly Any[],
    options: TxOptions,
  ): Uint8Array | undefined {
    const granter = this.#patrons.get(keys[0]?.address ?? "");
    const granted = granter !== undefined && options.granter === undefined && this.net.hostile;
    const ways = granted && this.luck.hits(250) ? [{ ...options, granter }, options] : [options];
    for (const way of ways) {
      const tx = this.sign(keys, messages, way);
      if (this.net.submit(tx) === 0) return tx;
    }
    return undefined;
  }

  isUnderWay(label: string): boolean {
    for (const other of this.#labels.values()) if (other === label) return true;
    return false;
  }

  message<T extends object>(type: string, wire: Wire<T>, fields: object): Any {
    return msg(type, wire, fields as never);
  }

  /** As junk of other nodes: it goes into a decided block past every mempool. */
  mustFail(tx: Uint8Array): Uint8Array {
    this.hopeless.add(tx);
    return tx;
  }
}
