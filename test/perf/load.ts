import { createHash } from "node:crypto";
import http from "node:http";
import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
import { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing";
import { AuthInfo, SignDoc, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import secp256k1 from "secp256k1/bindings.js";
import { bech32Encode } from "../../core/crypto/bech32.ts";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { cpuSeconds } from "./harness.ts";

export type LoadAccount = {
  readonly key: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly address: string;
};

const sha256 = (bytes: Uint8Array | string): Buffer => createHash("sha256").update(bytes).digest();

export function loadAccounts(count: number, prefix: string): LoadAccount[] {
  return Array.from({ length: count }, (_, i) => {
    const key = sha256(`load${i}`);
    const publicKey = secp256k1.publicKeyCreate(key);
    return { key, publicKey, address: bech32Encode(prefix, ripemd160(sha256(publicKey))) };
  });
}

export type SendsOptions = {
  readonly accounts: readonly LoadAccount[];
  readonly rounds: number;
  readonly chainId: string;
  readonly denom: string;
  readonly fee: bigint;
  readonly gas: bigint;
  readonly firstAccountNumber: number;
};

/** One bank send of every account in every round, signed, base64: distinct signers lie next to each other. */
export function signSends({
  accounts,
  rounds,
  chainId,
  denom,
  fee,
  gas,
  firstAccountNumber,
}: SendsOptions): string[] {
  const sends: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [i, from] of accounts.entries()) {
      const to = accounts[(i * 7919 + round + 1) % accounts.length] ?? from;
      const message = MsgSend.fromPartial({
        fromAddress: from.address,
        toAddress: to.address,
        amount: [{ denom, amount: "1" }],
      });
      const value = MsgSend.encode(message).finish();
      const bodyBytes = TxBody.encode(
        TxBody.fromPartial({ messages: [{ typeUrl: "/cosmos.bank.v1beta1.MsgSend", value }] }),
      ).finish();
      const publicKey = {
        typeUrl: "/cosmos.crypto.secp256k1.PubKey",
        value: PubKey.encode({ key: from.publicKey }).finish(),
      };
      const signerInfos = [
        {
          publicKey,
          modeInfo: { single: { mode: SignMode.SIGN_MODE_DIRECT } },
          sequence: BigInt(round),
        },
      ];
      const amount = fee === 0n ? [] : [{ denom, amount: fee.toString() }];
      const authInfoBytes = AuthInfo.encode(
        AuthInfo.fromPartial({ signerInfos, fee: { amount, gasLimit: gas } }),
      ).finish();
      const document = SignDoc.encode({
        bodyBytes,
        authInfoBytes,
        chainId,
        accountNumber: BigInt(firstAccountNumber + i),
      }).finish();
      const { signature } = secp256k1.ecdsaSign(sha256(document), from.key);
      sends.push(
        Buffer.from(
          TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [signature] }).finish(),
        ).toString("base64"),
      );
    }
  }
  return sends;
}

type Answer = { result?: Record<string, unknown>; error?: { message: string; data?: string } };

/** JSON-RPC over kept-alive connections: the loader must cost little beside what it measures. */
export function rpcCaller(
  url: string,
  connections: number,
): (method: string, params: object) => Promise<Answer> {
  const post = rpcPoster(url, connections);
  return (method, params) => post(callOf(method, params)) as Promise<Answer>;
}

export function callOf(method: string, params: object): object {
  return { jsonrpc: "2.0", id: 1, method, params };
}

/** Posts a call, or several as an array: the answers. */
export function rpcPoster(url: string, connections: number): (body: object) => Promise<unknown> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(url);
  return (body) =>
    new Promise((resolve, reject) => {
      const request = http.request(
        {
          agent,
          hostname,
          port,
          method: "POST",
          path: "/",
          headers: { "content-type": "application/json" },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () =>
            resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown),
          );
        },
      );
      request.on("error", reject);
      request.end(JSON.stringify(body));
    });
}

export type LoadResult = {
  readonly committed: number;
  readonly failed: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly blocks: number;
  readonly seconds: number;
  readonly txPerSecond: number;
  /** CPU milliseconds per committed transaction, by the given processes. */
  readonly cpuMsPerTx: readonly number[];
};

/** Sends everything with broadcast_tx_sync, waits until all are committed, counts from the blocks' results. */
export async function push(
  url: string,
  txs: readonly string[],
  connections: number,
  pids: readonly number[],
): Promise<LoadResult> {
  const call = rpcCaller(url, connections);
  const height = async (): Promise<number> => {
    const { result } = await call("status", {});
    return Number((result?.["sync_info"] as { latest_block_height: string }).latest_block_height);
  };
  const firstHeight = await height();
  const cpuBefore = pids.map(cpuSeconds);
  const started = process.hrtime.bigint();
  const refused: Record<string, number> = {};
  let next = 0;
  const sendAll = async (): Promise<void> => {
    for (let tx = txs[next++]; tx !== undefined; tx = txs[next++]) {
      const why = await sendOne(call, tx);
      if (why !== undefined) refused[why] = (refused[why] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, sendAll));
  while (Number((await call("num_unconfirmed_txs", {})).result?.["n_txs"]) > 0) await delay(50);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const used = pids.map((pid, i) => cpuSeconds(pid) - (cpuBefore[i] ?? 0));
  const { committed, failed, blocks } = await countResults(
    call,
    firstHeight + 1,
    (await height()) + 1,
  );
  return {
    committed,
    failed,
    refused,
    blocks,
    seconds,
    txPerSecond: committed / seconds,
    cpuMsPerTx: used.map((one) => (one * 1e3) / committed),
  };
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Of the SDK: the app keeps the rest of the mempool for posts. */
const mempoolFull = 20;

/** undefined when it was accepted, else why not; a full mempool is waited for. */
async function sendOne(
  call: ReturnType<typeof rpcCaller>,
  tx: string,
): Promise<string | undefined> {
  for (;;) {
    const { error, result } = await call("broadcast_tx_sync", { tx });
    if (error !== undefined) {
      const why = error.data ?? error.message;
      if (!why.includes("full")) return why;
      await delay(50);
      continue;
    }
    if (result?.["code"] === mempoolFull) {
      await delay(50);
      continue;
    }
    return result?.["code"] === 0
      ? undefined
      : `${String(result?.["codespace"])}/${String(result?.["code"])}: ${String(result?.["log"]).slice(0, 80)}`;
  }
}

async function countResults(
  call: ReturnType<typeof rpcCaller>,
  from: number,
  to: number,
): Promise<{ committed: number; failed: number; blocks: number }> {
  let committed = 0;
  let failed = 0;
  let blocks = 0;
  for (let height = from; height <= to; height++) {
    const { result } = await call("block_results", { height: String(height) });
    const results = (result?.["txs_results"] ?? []) as { code?: number }[];
    committed += results.filter(({ code }) => (code ?? 0) === 0).length;
    failed += results.filter(({ code }) => (code ?? 0) !== 0).length;
    if (results.length > 0) blocks++;
  }
  return { committed, failed, blocks };
}
