import { setTimeout as delay } from "node:timers/promises";
import { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing";
import { PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
import { AuthInfo, SignDoc, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { createHash } from "node:crypto";
import secp256k1 from "secp256k1/bindings.js";
import { MsgRequestTask } from "../../proto/gen/assay/tasks/v1/tx.ts";
import { rpcCaller, type LoadAccount } from "../perf/load.ts";

export type Message = { readonly typeUrl: string; readonly value: Uint8Array };
export type FloodTx = {
  readonly account: LoadAccount;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  readonly messages: readonly Message[];
  readonly fee?: bigint;
  readonly gas?: bigint;
  readonly memo?: string;
};

const denom = "uassay";

/** Signed with native code: a flood must cost its maker less than its victim. */
export function sign(chainId: string, tx: FloodTx): Uint8Array {
  const { account, accountNumber, sequence, messages, fee = 5_000n, gas = 200_000n } = tx;
  const bodyBytes = TxBody.encode(
    TxBody.fromPartial({ messages: [...messages], memo: tx.memo ?? "" }),
  ).finish();
  const publicKey = {
    typeUrl: "/cosmos.crypto.secp256k1.PubKey",
    value: PubKey.encode({ key: account.publicKey }).finish(),
  };
  const modeInfo = { single: { mode: SignMode.SIGN_MODE_DIRECT } };
  const authInfoBytes = AuthInfo.encode(
    AuthInfo.fromPartial({
      signerInfos: [{ publicKey, modeInfo, sequence }],
      fee: { amount: fee === 0n ? [] : [{ denom, amount: fee.toString() }], gasLimit: gas },
    }),
  ).finish();
  const document = SignDoc.encode({ bodyBytes, authInfoBytes, chainId, accountNumber }).finish();
  const digest = createHash("sha256").update(document).digest();
  const { signature } = secp256k1.ecdsaSign(digest, account.key);
  return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [signature] }).finish();
}

export function sendMessage(from: string, to: string, amount = 1n): Message {
  const coins = [{ denom, amount: amount.toString() }];
  const message = MsgSend.fromPartial({ fromAddress: from, toAddress: to, amount: coins });
  return { typeUrl: "/cosmos.bank.v1beta1.MsgSend", value: MsgSend.encode(message).finish() };
}

export function requestMessage(fields: Parameters<typeof MsgRequestTask.fromPartial>[0]): Message {
  const value = MsgRequestTask.encode(MsgRequestTask.fromPartial(fields)).finish();
  return { typeUrl: "/assay.tasks.v1.MsgRequestTask", value };
}

export type Broadcast = {
  /** 0 where CheckTx accepted it; undefined where CometBFT itself refused. */
  readonly code: number | undefined;
  readonly why: string;
};

export type Caller = ReturnType<typeof rpcCaller>;

export async function broadcast(call: Caller, tx: Uint8Array): Promise<Broadcast> {
  const base64 = Buffer.from(tx).toString("base64");
  const { error, result } = await call("broadcast_tx_sync", { tx: base64 });
  if (error !== undefined) return { code: undefined, why: error.data ?? error.message };
  return { code: Number(result?.["code"] ?? 0), why: String(result?.["log"] ?? "") };
}

const mempoolFull = 20;
const isFull = ({ code, why }: Broadcast): boolean =>
  code === mempoolFull || (code === undefined && why.includes("full"));

/**
 * Keeps the mempool full: each connection offers transactions of accounts of its own, one after another; or, with a
 * pause after each, as many as that gives.
 */
export class Flood {
  /** Accepted; refused because the mempool was full; refused for anything else, by its reason. */
  accepted = 0;
  full = 0;
  readonly refused = new Map<string, number>();
  #stopped = false;
  readonly #work: Promise<unknown>;

  /** `next` signs the next transaction of a connection. */
  constructor(
    rpc: string,
    connections: number,
    next: (connection: number) => Uint8Array,
    pauseMs?: number,
  ) {
    const call = rpcCaller(rpc, connections);
    const loops = Array.from({ length: connections }, async (_, connection) => {
      while (!this.#stopped) {
        await this.#offer(call, next(connection));
        if (pauseMs !== undefined) await delay(pauseMs);
      }
    });
    this.#work = Promise.all(loops);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
  }

  async #offer(call: Caller, tx: Uint8Array): Promise<void> {
    while (!this.#stopped) {
      const answer = await broadcast(call, tx);
      if (answer.code === 0) return void this.accepted++;
      if (!isFull(answer)) {
        const why = `${answer.code}: ${answer.why.slice(0, 60)}`;
        return void this.refused.set(why, (this.refused.get(why) ?? 0) + 1);
      }
      this.full++;
    }
  }
}
