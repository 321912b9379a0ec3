import { fromBase64, fromHex, toBase64 } from "@cosmjs/encoding";
import { TxMsgData } from "cosmjs-types/cosmos/base/abci/v1beta1/abci";
import { RpcError, type Rpc } from "../rpc/rpc.ts";
import { decodeResponse } from "./registry.ts";

export type TxEvent = {
  readonly type: string;
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: string }>;
};

/** A transaction in a block. */
export type TxOutcome = {
  /** Upper-case hex. */
  readonly hash: string;
  readonly height: bigint;
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
  readonly events: readonly TxEvent[];
  /** Decoded answers, one a message; undefined where the type is not ours. */
  readonly responses: readonly unknown[];
};

type TxAnswer = {
  hash: string;
  height: string;
  tx_result: {
    code?: number;
    codespace?: string;
    log?: string;
    data?: string | null;
    gas_wanted?: string;
    gas_used?: string;
    events?: TxEvent[] | null;
  };
};

/** undefined while the transaction is in no block that the node has indexed. */
export async function findTx(rpc: Rpc, hash: string): Promise<TxOutcome | undefined> {
  try {
    const answer = await rpc.call<TxAnswer>("tx", { hash: toBase64(fromHex(hash)) });
    return outcome(answer);
  } catch (error) {
    if (error instanceof RpcError && error.message.includes("not found")) return undefined;
    throw error;
  }
}

function outcome(answer: TxAnswer): TxOutcome {
  const { tx_result: result } = answer;
  const data = TxMsgData.decode(fromBase64(result.data ?? ""));
  return {
    hash: answer.hash.toUpperCase(),
    height: BigInt(answer.height),
    code: result.code ?? 0,
    codespace: result.codespace ?? "",
    log: result.log ?? "",
    gasWanted: BigInt(result.gas_wanted ?? "0"),
    gasUsed: BigInt(result.gas_used ?? "0"),
    events: result.events ?? [],
    responses: data.msgResponses.map(({ typeUrl, value }) =>
      decodeResponse(typeUrl.replace(/Response$/, ""), value),
    ),
  };
}

/** Values of one attribute in all events of a type. */
export function attributes(events: readonly TxEvent[], type: string, key: string): string[] {
  const found: string[] = [];
  for (const event of events) {
    if (event.type !== type) continue;
    for (const attribute of event.attributes)
      if (attribute.key === key) found.push(attribute.value);
  }
  return found;
}
