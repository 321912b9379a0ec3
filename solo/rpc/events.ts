import { sha256 } from "../../core/crypto/sha256.ts";
import type { NewBlock } from "../engine/engine.ts";
import { attributesOf } from "../store/search.ts";
import {
  base64,
  blockIdJson,
  blockJson,
  finalizeJson,
  headerJson,
  hex,
  txResultJson,
  type Json,
} from "./json.ts";

/** One event as subscribers get it. */
export type ChainEvent = {
  readonly data: Json;
  readonly attributes: ReadonlyMap<string, string[]>;
};

/** NewBlock, NewBlockHeader and a Tx for each transaction, in CometBFT's order. */
export function eventsOf({ made, result }: NewBlock): ChainEvent[] {
  const { header, block, blockId } = made;
  const ofBlock = (type: string): Map<string, string[]> =>
    attributesOf(
      result.events,
      new Map([
        ["tm.event", [type]],
        ["block.height", [String(header.height)]],
      ]),
    );
  const blockEvents: ChainEvent[] = [
    {
      data: {
        type: "tendermint/event/NewBlock",
        value: {
          block: blockJson(made),
          block_id: blockIdJson(blockId),
          result_finalize_block: finalizeJson(result),
        },
      },
      attributes: ofBlock("NewBlock"),
    },
    {
      data: { type: "tendermint/event/NewBlockHeader", value: { header: headerJson(header) } },
      attributes: ofBlock("NewBlockHeader"),
    },
  ];
  const txEvents = block.data.txs.map((tx, index): ChainEvent => {
    const own = result.txResults[index];
    const height = String(header.height);
    const keys = new Map([
      ["tm.event", ["Tx"]],
      ["tx.hash", [hex(sha256(tx))]],
      ["tx.height", [height]],
    ]);
    const txResult = {
      ...{ height, index, tx: base64(tx) },
      result: own === undefined ? {} : txResultJson(own),
    };
    return {
      data: { type: "tendermint/event/Tx", value: { TxResult: txResult } },
      attributes: attributesOf(own?.events ?? [], keys),
    };
  });
  return [...blockEvents, ...txEvents];
}
