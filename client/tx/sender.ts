import { encodeSecp256k1Pubkey } from "@cosmjs/amino";
import { fromBase64, toBase64, toHex } from "@cosmjs/encoding";
import {
  encodePubkey,
  makeAuthInfoBytes,
  makeSignDoc,
  type EncodeObject,
  type OfflineDirectSigner,
} from "@cosmjs/proto-signing";
import { SimulateRequest, SimulateResponse } from "cosmjs-types/cosmos/tx/v1beta1/service";
import { TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { sha256 } from "../../core/crypto/sha256.ts";
import { codeOf, fieldsOf, textOf } from "../rpc/answer.ts";
import { QueryError, RpcUnavailable } from "../rpc/errors.ts";
import { abciQuery } from "../rpc/query.ts";
import { RpcError, type Rpc } from "../rpc/rpc.ts";
import { findAccount, type AccountInfo } from "./account.ts";
import { TxFailed, TxNotFound, TxRefused } from "./errors.ts";
import { findTx, type TxOutcome } from "./outcome.ts";
import { assayRegistry } from "./registry.ts";

export type GasPrice = { readonly amount: number; readonly denom: string };

export type SenderOptions = {
  readonly rpc: Rpc;
  readonly signer: OfflineDirectSigner;
  readonly address: string;
  readonly chainId: string;
  readonly gasPrice: GasPrice;
  /** Simulated gas is multiplied by it (default 1.3), then gasMargin is added. */
  readonly gasAdjustment?: number;
  /** Whose coins pay the fees, under an allowance that this key was granted. */
  readonly feeGranter?: string;
};

export type SendOptions = {
  readonly memo?: string;
  /** Fixed gas limit instead of a simulation. */
  readonly gas?: bigint;
  /** Fixed fee amount in the gas price's denom, instead of gas times price. */
  readonly feeAmount?: bigint;
  /** Whose coins pay the fee, instead of the sender's own choice. */
  readonly feeGranter?: string;
  /** Refused in blocks above this height. */
  readonly timeoutHeight?: bigint;
  /** How long to wait for the block, ms (default 60,000). */
  readonly waitMs?: number;
  /** Sees the signed bytes before they leave: whoever must never post twice writes them down here. */
  readonly beforeSend?: (signed: SignedTx) => void;
};

/** A signed transaction; hash is upper-case hex, fee in base units. */
export type SignedTx = { readonly hash: string; readonly bytes: Uint8Array; readonly fee: bigint };

export type Broadcast = { readonly hash: string; readonly gasWanted: bigint; readonly fee: bigint };

const pollMs = 300;
const resendMs = 3_000;
const resyncs = 2;
/** A record that somebody writes between simulation and block costs about this much more. */
const gasMargin = 20_000n;
const dummySignature = new Uint8Array(64);

/**
 * All transactions of one key, in order: the sequence comes from the chain once and counts up locally; a mismatch
 * costs one resync, at most two a transaction (THREATS E3). Safe to call concurrently.
 */
export class TxSender {
  readonly address: string;
  /** Who pays, when it is not this key. */
  readonly feeGranter: string | undefined;
  readonly #options: SenderOptions;
  readonly #registry = assayRegistry();
  #account: AccountInfo | undefined;
  #publicKey: Uint8Array | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: SenderOptions) {
    this.#options = options;
    this.address = options.address;
    this.feeGranter = options.feeGranter;
  }

  /**
   * Sends and waits for the block; throws TxRefused, TxFailed or TxNotFound. A node that dies meanwhile takes its
   * mempool along: the same bytes are sent again, which no chain can take twice (THREATS E5).
   */
  async send(
    messages: readonly EncodeObject[],
    options: SendOptions = {},
  ): Promise<TxOutcome & { fee: bigint }> {
    let signed: SignedTx | undefined;
    const beforeSend = (tx: SignedTx): void => {
      signed = tx;
      options.beforeSend?.(tx);
    };
    try {
      await this.broadcast(messages, { ...options, beforeSend });
    } catch (error) {
      // A node that fell silent may have taken it: only the blocks can tell.
      if (!(error instanceof RpcUnavailable) || signed === undefined) throw error;
    }
    if (signed === undefined) throw new Error("sender: expected a signed transaction, got none");
    const { hash, bytes, fee } = signed;
    return { ...(await this.wait(hash, options.waitMs, bytes)), fee };
  }

  /** Signs and broadcasts after everything that was sent before; resolves when CheckTx accepted it. */
  broadcast(messages: readonly EncodeObject[], options: SendOptions = {}): Promise<Broadcast> {
    const mine = this.#tail.then(() => this.#broadcastNow(messages, options));
    this.#tail = mine.catch(() => undefined);
    return mine;
  }

  /** Polls until the transaction is in a block; `bytes`, when given, are sent again now and then. */
  async wait(hash: string, waitMs = 60_000, bytes?: Uint8Array): Promise<TxOutcome> {
    const deadline = Date.now() + waitMs;
    let resendAt = Date.now() + resendMs;
    for (;;) {
      const found = await this.#find(hash);
      if (found !== undefined) {
        if (found.code !== 0) throw new TxFailed(hash, found.codespace, found.code, found.log);
        return found;
      }
      if (Date.now() > deadline) throw new TxNotFound(hash, waitMs);
      if (bytes !== undefined && Date.now() > resendAt) {
        // Refused when it is in a block by now: the next look finds it there.
        await broadcastSync(this.#options.rpc, bytes).catch(() => undefined);
        resendAt = Date.now() + resendMs;
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  /** "Cannot be asked" is not "is not there", yet both mean: ask again (THREATS E8). */
  async #find(hash: string): Promise<TxOutcome | undefined> {
    try {
      return await findTx(this.#options.rpc, hash);
    } catch (error) {
      if (error instanceof RpcUnavailable || error instanceof RpcError) return undefined;
      throw error;
    }
  }

  /** Gas that the messages would use now. */
  async simulate(
    messages: readonly EncodeObject[],
    memo = "",
    feeGranter = this.#options.feeGranter,
  ): Promise<bigint> {
    const account = await this.#requireAccount();
    const bodyBytes = this.#body(messages, { memo });
    const authInfoBytes = await this.#authInfo(account.sequence, 0n, 0n, feeGranter);
    const txBytes = TxRaw.encode({
      bodyBytes,
      authInfoBytes,
      signatures: [dummySignature],
    }).finish();
    const data = SimulateRequest.encode(SimulateRequest.fromPartial({ txBytes })).finish();
    const { value } = await abciQuery(
      this.#options.rpc,
      "/cosmos.tx.v1beta1.Service/Simulate",
      data,
    );
    return SimulateResponse.decode(value).gasInfo?.gasUsed ?? 0n;
  }

  async #broadcastNow(messages: readonly EncodeObject[], options: SendOptions): Promise<Broadcast> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#tryOnce(messages, options);
      } catch (error) {
        const mismatch = isSequenceMismatch(error);
        this.#account = this.#accountAfter(error, mismatch && tries < resyncs);
        if (!mismatch || tries >= resyncs) throw error;
      }
    }
  }

  /**
   * What CheckTx refused changed nothing. A mismatch names the sequence to go on with: that of the chain would be too
   * low while earlier transactions wait. After anything else it may be off: read anew before the next one.
   */
  #accountAfter(error: unknown, goesOn: boolean): AccountInfo | undefined {
    const account = this.#account;
    if (account === undefined) return undefined;
    if (!isSequenceMismatch(error)) return error instanceof TxRefused ? account : undefined;
    const expected = /expected (\d{1,19}), got/.exec(String(error))?.[1];
    if (!goesOn || expected === undefined) return undefined;
    return { ...account, sequence: BigInt(expected) };
  }

  async #tryOnce(messages: readonly EncodeObject[], options: SendOptions): Promise<Broadcast> {
    const { gasPrice, rpc, chainId, signer } = this.#options;
    const account = await this.#requireAccount();
    const feeGranter = options.feeGranter ?? this.#options.feeGranter;
    const gasWanted = options.gas ?? (await this.#estimate(messages, options.memo, feeGranter));
    const fee = options.feeAmount ?? BigInt(Math.ceil(Number(gasWanted) * gasPrice.amount));
    const bodyBytes = this.#body(messages, options);
    const authInfoBytes = await this.#authInfo(account.sequence, gasWanted, fee, feeGranter);
    const document = makeSignDoc(bodyBytes, authInfoBytes, chainId, Number(account.accountNumber));
    const { signature, signed } = await signer.signDirect(this.address, document);
    const tx = TxRaw.encode({
      bodyBytes: signed.bodyBytes,
      authInfoBytes: signed.authInfoBytes,
      signatures: [fromBase64(signature.signature)],
    }).finish();
    const hash = toHex(sha256(tx)).toUpperCase();
    options.beforeSend?.({ hash, bytes: tx, fee });
    await broadcastSync(rpc, tx);
    this.#account = { ...account, sequence: account.sequence + 1n };
    return { hash, gasWanted, fee };
  }

  async #estimate(
    messages: readonly EncodeObject[],
    memo: string | undefined,
    feeGranter: string | undefined,
  ): Promise<bigint> {
    const { gasAdjustment = 1.3 } = this.#options;
    const used = await this.simulate(messages, memo, feeGranter);
    return BigInt(Math.ceil(Number(used) * gasAdjustment)) + gasMargin;
  }

  #body(
    messages: readonly EncodeObject[],
    options: Pick<SendOptions, "memo" | "timeoutHeight">,
  ): Uint8Array {
    return TxBody.encode(
      TxBody.fromPartial({
        messages: messages.map((message) => ({
          typeUrl: message.typeUrl,
          value: this.#registry.encode(message),
        })),
        memo: options.memo ?? "",
        timeoutHeight: options.timeoutHeight ?? 0n,
      }),
    ).finish();
  }

  async #authInfo(
    sequence: bigint,
    gas: bigint,
    fee: bigint,
    feeGranter: string | undefined,
  ): Promise<Uint8Array> {
    const pubkey = encodePubkey(encodeSecp256k1Pubkey(await this.#key()));
    const amount =
      fee === 0n ? [] : [{ denom: this.#options.gasPrice.denom, amount: fee.toString() }];
    return makeAuthInfoBytes(
      [{ pubkey, sequence: Number(sequence) }],
      amount,
      Number(gas),
      feeGranter,
      undefined,
    );
  }

  async #key(): Promise<Uint8Array> {
    if (this.#publicKey !== undefined) return this.#publicKey;
    const found = (await this.#options.signer.getAccounts()).find(
      ({ address }) => address === this.address,
    );
    if (found === undefined)
      throw new TxRefused("client", 9, `no key for ${this.address} in the signer`);
    return (this.#publicKey = found.pubkey);
  }

  async #requireAccount(): Promise<AccountInfo> {
    this.#account ??= await findAccount(this.#options.rpc, this.address);
    if (this.#account === undefined) {
      throw new TxRefused(
        "sdk",
        9,
        `account ${this.address} does not exist: it never received coins`,
      );
    }
    return this.#account;
  }
}

/** Resolves when CheckTx accepted the transaction, or had it before. */
export async function broadcastSync(rpc: Rpc, tx: Uint8Array): Promise<void> {
  try {
    const answer = await rpc.call("broadcast_tx_sync", { tx: toBase64(tx) });
    const { code, codespace, log } = fieldsOf(answer, "result");
    if (codeOf(code, "code") !== 0)
      throw new TxRefused(textOf(codespace, "codespace"), codeOf(code, "code"), textOf(log, "log"));
  } catch (error) {
    if (error instanceof RpcError && error.message.includes("tx already exists in cache")) return;
    throw error;
  }
}

function isSequenceMismatch(error: unknown): boolean {
  if (error instanceof QueryError) return error.message.includes("account sequence mismatch");
  return error instanceof TxRefused && error.codespace === "sdk" && error.abciCode === 32;
}
