import { fromHex, toBase64 } from "@cosmjs/encoding";
import { TxMsgData } from "cosmjs-types/cosmos/base/abci/v1beta1/abci";
import { base64Of, codeOf, decodedOf, fieldsOf, heightOf, listOf, textOf } from "../rpc/answer.ts";
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

/** undefined while the transaction is in no block that the node has indexed. */
export async function findTx(rpc: Rpc, hash: string): Promise<TxOutcome | undefined> {
  try {
    const answer = await rpc.call("tx", { hash: toBase64(fromHex(hash)) });
    return outcome(answer);
  } catch (error) {
    if (error instanceof RpcError && error.message.includes("not found")) return undefined;
    throw error;
  }
}

/** Reads what a node said of a transaction. */
export function outcome(answer: unknown): TxOutcome {
  const { hash, height, tx_result: txResult } = fieldsOf(answer, "result");
  const result = fieldsOf(txResult, "tx_result");
  const data = decodedOf("data", base64Of(result["data"], "data"), (bytes) =>
    TxMsgData.decode(bytes),
  );
  return {
    hash: textOf(hash, "hash").toUpperCase(),
    height: heightOf(height, "height"),
    code: codeOf(result["code"], "code"),
    codespace: textOf(result["codespace"], "codespace"),
    log: textOf(result["log"], "log"),
    gasWanted: heightOf(result["gas_wanted"], "gas_wanted"),
    gasUsed: heightOf(result["gas_used"], "gas_used"),
    events: listOf(result["events"], "events").map(eventOf),
    responses: data.msgResponses.map(({ typeUrl, value }) =>
      decodedOf(typeUrl, value, (bytes) => decodeResponse(typeUrl.replace(/Response$/, ""), bytes)),
    ),
  };
}

function eventOf(value: unknown): TxEvent {
  const { type, attributes: list } = fieldsOf(value, "event");
  return {
    type: textOf(type, "type"),
    attributes: listOf(list, "attributes").map((one) => {
      const attribute = fieldsOf(one, "attribute");
      const key = textOf(attribute["key"], "key");
      return { key, value: textOf(attribute["value"], "value") };
    }),
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
