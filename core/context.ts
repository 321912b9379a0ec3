import type { ConsAddress, Hash, Height } from "./brand.ts";
import { CoinLedger } from "./coins.ts";
import { BugError } from "./errors.ts";
import { EventLog } from "./events.ts";
import type { GasMeter } from "./gas.ts";
import { branch } from "./store/branch.ts";
import type { ReadStore, WriteStore } from "./store/kv.ts";

/** All that is known of the world while a block runs; at genesis height is 0 and timeMs the genesis time. */
export type BlockInfo = {
  readonly height: Height;
  readonly timeMs: bigint;
  readonly chainId: string;
  readonly proposer: ConsAddress;
  /** The app hash after block height - 1: the kernel's own last root, never the header's. */
  readonly lastAppHash: Hash;
};

/** Checks of foreign signatures; app fills it with native code (app/crypto). All answer false on any bad input. */
export type Crypto = {
  /** 33-byte compressed key, 32-byte digest, 64-byte R||S with low S. */
  verifySecp256k1(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean;
  /** BLS12-381 min-pk: 48-byte key, 96-byte signature. */
  verifyBls(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  verifyBlsPossession(publicKey: Uint8Array, proof: Uint8Array): boolean;
};

/** Subscribers by hook name, in module order (core/hooks.ts). */
export type Hooks = ReadonlyMap<string, readonly ((ctx: Ctx, value: unknown) => void)[]>;

export type ReadCtx = {
  readonly store: ReadStore;
  readonly block: BlockInfo;
  readonly gas: GasMeter;
  readonly crypto: Crypto;
};

export type Ctx = ReadCtx & {
  readonly store: WriteStore;
  readonly events: EventLog;
  readonly hooks: Hooks;
  readonly coins: CoinLedger;
  /** For operators: bugs that cost one item and not the node. Never read by the state machine. */
  readonly alarms: string[];
};

/**
 * Runs a step on a branch of the state: all of its writes and events, or none when it throws. A step after which
 * balances and supply disagree is a bug and undone as one (PROTOCOL 3).
 */
export function inBranch<T>(ctx: Ctx, step: (own: Ctx) => T): T {
  const overlay = branch(ctx.store);
  const own: Ctx = { ...ctx, store: overlay, events: new EventLog(), coins: new CoinLedger() };
  const result = step(own);
  const imbalance = own.coins.imbalance();
  if (imbalance !== undefined) throw new BugError(imbalance);
  overlay.mergeInto(ctx.store);
  for (const event of own.events.events) ctx.events.add(event);
  return result;
}
