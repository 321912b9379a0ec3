import type { Address } from "./brand.ts";
import type { Codec } from "./codec.ts";
import type { Ctx, ReadCtx } from "./context.ts";
import type { TxError } from "./errors.ts";
import type { Subscription } from "./hooks.ts";

/** Order of a block: reveals; commits and results; observations; everything else by fee (PROTOCOL 3). */
export type Lane = "reveal" | "commit" | "observation" | "fee";

/** One message: who signs, what is checked without state, what it does. Response bytes are consensus. */
export type MsgDef<M, R> = {
  /** "/assay.tasks.v1.MsgRequestTask" */
  readonly typeUrl: string;
  readonly request: Codec<M>;
  readonly response: Codec<R>;
  signer(msg: M): Address;
  /** Stateless; CheckTx runs it too. */
  validate?(msg: M): void;
  /** Checks everything, then writes; a throw undoes the whole message. */
  handle(ctx: Ctx, msg: M): R;
  /** Charged before handle, on top of what the store costs. */
  readonly gas?: bigint;
  readonly lane?: Lane;
  /** For posts: does committed state wait for it from that signer? Else the transaction goes by fee. */
  expected?(ctx: ReadCtx, msg: M): boolean;
  /** For posts in CheckTx: the refusal when it can never become valid. */
  hopeless?(ctx: ReadCtx, msg: M): TxError | undefined;
  /** How many of this message one block may still take; surplus waits in the mempool. */
  perBlock?(ctx: ReadCtx): number;
};

/** One read over the last committed state. */
export type QueryDef<Q, A> = {
  /** "/assay.tasks.v1.Query/Task" */
  readonly path: string;
  readonly request: Codec<Q>;
  readonly response: Codec<A>;
  handle(ctx: ReadCtx, query: Q): A;
};

/** undefined, or what is broken. */
export type Invariant = (ctx: ReadCtx) => string | undefined;

/** A fault of a genesis file: JSON pointer below the module's part, and what was expected and came. */
export type Fault = { readonly pointer: string; readonly text: string };

export type GenesisDef<G> = {
  readonly codec: Codec<G>;
  /** Full name of the message, for its JSON form: "assay.tasks.v1.GenesisState". */
  readonly message: string;
  /** Every fault, not only the first. */
  validate(genesis: G): Fault[];
  /** Only writes; indexes and queues are rebuilt, never imported. */
  init(ctx: Ctx, genesis: G): void;
  export(ctx: ReadCtx): G;
};

/** What the block used, known when its transactions are done: for the windows that full blocks excuse. */
export type BlockUsage = {
  readonly txs: number;
  readonly bytes: bigint;
  readonly maxBytes: bigint;
  readonly gas: bigint;
  /** undefined: no limit. */
  readonly maxGas: bigint | undefined;
};

// Methods, not arrow properties: their bivariance lets one list hold definitions of different messages.
export type ModuleDef = {
  readonly name: string;
  /** The module's store, if it has one. */
  readonly store?: string;
  readonly version: number;
  readonly msgs: readonly MsgDef<unknown, unknown>[];
  /** Type URLs that an Any inside its messages may hold. */
  readonly anyTypes?: readonly string[];
  readonly queries: readonly QueryDef<unknown, unknown>[];
  readonly genesis?: GenesisDef<unknown>;
  readonly on?: readonly Subscription[];
  readonly invariants?: Readonly<Record<string, Invariant>>;
  beginBlock?(ctx: Ctx): void;
  endBlock?(ctx: Ctx, usage: BlockUsage): void;
};

export function defineMsg<M, R>(
  msg: MsgDef<M, R>,
): MsgDef<unknown, unknown> & { readonly handle: MsgDef<M, R>["handle"] } {
  return msg as MsgDef<unknown, unknown> & { readonly handle: MsgDef<M, R>["handle"] };
}

export function defineQuery<Q, A>(query: QueryDef<Q, A>): QueryDef<unknown, unknown> {
  return query as QueryDef<unknown, unknown>;
}

export function defineGenesis<G>(genesis: GenesisDef<G>): GenesisDef<unknown> {
  return genesis as GenesisDef<unknown>;
}

export function defineModule(module: ModuleDef): ModuleDef {
  return module;
}
