import type { ResponseCheckTx } from "cosmjs-types/tendermint/abci/types";
import { equalBytes } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import { merkleProofOf } from "../chain/merkle.ts";
import { dataHash } from "../chain/hashes.ts";
import type { NewBlock } from "../engine/engine.ts";
import { MempoolRefusal } from "../engine/mempool.ts";
import { QuerySyntaxError } from "../store/query.ts";
import type { TxPlace } from "../store/search.ts";
import { internal, invalidParams } from "./errors.ts";
import { madeAt } from "./info.ts";
import { base64, blockIdJson, blockJson, hex, proofJson, txResultJson, type Json } from "./json.ts";
import type { Methods, SoloNode } from "./node.ts";
import { pageOf } from "./pages.ts";
import type { Params } from "./params.ts";

/** CometBFT's timeout_broadcast_tx_commit. */
const commitPatienceMs = 10_000;
const usualList = 30;
const longestList = 100;

async function checked({ engine }: SoloNode, tx: Uint8Array): Promise<ResponseCheckTx> {
  try {
    return await engine.mempool.check(tx);
  } catch (error) {
    throw error instanceof MempoolRefusal ? internal(error.message) : error;
  }
}

const checkJson = (answer: ResponseCheckTx, tx: Uint8Array): Json => ({
  code: answer.code,
  data: hex(answer.data),
  log: answer.log,
  codespace: answer.codespace,
  hash: hex(sha256(tx)),
});

function broadcastAsync(node: SoloNode, params: Params): Json {
  const tx = params.bytes("tx");
  // Nobody waits for the verdict: that is what the caller asked for.
  checked(node, tx).catch(() => undefined);
  return { code: 0, data: "", log: "", codespace: "", hash: hex(sha256(tx)) };
}

async function broadcastCommit(node: SoloNode, params: Params): Promise<Json> {
  const tx = params.bytes("tx");
  const stop = new AbortController();
  const included = untilIncluded(node, tx, stop.signal);
  const answer = await checked(node, tx).catch((error: unknown) => {
    stop.abort();
    throw error;
  });
  const own = { check_tx: txResultJson(answer), hash: hex(sha256(tx)) };
  if (answer.code !== 0) {
    stop.abort();
    return { ...own, tx_result: emptyResult, height: "0" };
  }
  const place = await included;
  if (place === undefined) throw internal("timed out waiting for tx to be included in a block");
  const result = node.store.result(place.height)?.txResults[place.index];
  return {
    ...own,
    tx_result: result === undefined ? emptyResult : txResultJson(result),
    height: String(place.height),
  };
}

const emptyResult: Json = {
  ...{ code: 0, data: null, log: "", info: "", gas_wanted: "0", gas_used: "0" },
  ...{ events: [], codespace: "" },
};

/** Where a transaction comes to stand; undefined when that takes too long or nobody waits any more. */
function untilIncluded(
  { engine }: SoloNode,
  tx: Uint8Array,
  signal: AbortSignal,
): Promise<TxPlace | undefined> {
  return new Promise((resolve) => {
    const end = (place?: TxPlace): void => {
      clearTimeout(timer);
      engine.off("block", look);
      resolve(place);
    };
    const look = ({ made }: NewBlock): void => {
      const index = made.block.data.txs.findIndex((one) => equalBytes(one, tx));
      if (index >= 0) end({ height: made.header.height, index });
    };
    const timer = setTimeout(end, commitPatienceMs);
    engine.on("block", look);
    signal.addEventListener("abort", () => end());
  });
}

function txJson(node: SoloNode, { height, index }: TxPlace, prove: boolean): Json {
  const { txs } = madeAt(node, height).block.data;
  const [tx, result] = [txs[index], node.store.result(height)?.txResults[index]];
  if (tx === undefined || result === undefined) throw internal(`no result of height ${height}`);
  const proof = {
    root_hash: hex(dataHash(txs)),
    data: base64(tx),
    proof: proofJson(
      merkleProofOf(
        txs.map((one) => sha256(one)),
        index,
      ),
    ),
  };
  return {
    hash: hex(sha256(tx)),
    height: String(height),
    index,
    tx_result: txResultJson(result),
    tx: base64(tx),
    ...(prove ? { proof } : {}),
  };
}

/** Searches, and says what is wrong with a query in the caller's words. */
function searched<T>(search: () => T[], params: Params): T[] {
  const order = params.text("order_by") ?? "asc";
  if (order !== "asc" && order !== "desc") {
    throw invalidParams("expected order_by to be either `asc` or `desc` or empty");
  }
  try {
    const found = search();
    return order === "asc" ? found : found.toReversed();
  } catch (error) {
    throw error instanceof QuerySyntaxError ? internal(error.message) : error;
  }
}

function unconfirmed({ engine }: SoloNode, params: Params, withTxs: boolean): Json {
  const { mempool } = engine;
  const asked = Number(params.integer("limit") ?? BigInt(usualList));
  const txs = withTxs ? mempool.first(Math.min(Math.max(asked, 1), longestList)) : null;
  return {
    n_txs: String(txs?.length ?? mempool.size),
    total: String(mempool.size),
    total_bytes: String(mempool.bytes),
    txs: txs?.map(base64) ?? null,
  };
}

/** Sending transactions and finding them again. */
export const txMethods: Methods = {
  broadcast_tx_sync: {
    params: ["tx"],
    run: async (node, params) => {
      const tx = params.bytes("tx");
      return checkJson(await checked(node, tx), tx);
    },
  },
  broadcast_tx_async: { params: ["tx"], run: broadcastAsync },
  broadcast_tx_commit: { params: ["tx"], run: broadcastCommit },
  tx: {
    params: ["hash", "prove"],
    run: (node, params) => {
      const hash = params.bytes("hash");
      const place = node.index.find(hash);
      if (place === undefined) throw internal(`tx (${hex(hash)}) not found`);
      return txJson(node, place, params.flag("prove"));
    },
  },
  tx_search: {
    params: ["query", "prove", "page", "per_page", "order_by"],
    run: (node, params) => {
      const found = searched(() => node.index.txs(params.text("query") ?? ""), params);
      const txs = pageOf(found, params).items;
      const prove = params.flag("prove");
      return { txs: txs.map((one) => txJson(node, one, prove)), total_count: String(found.length) };
    },
  },
  block_search: {
    params: ["query", "page", "per_page", "order_by"],
    run: (node, params) => {
      const found = searched(() => node.index.blocks(params.text("query") ?? ""), params);
      const blocks = pageOf(found, params).items.map((height) => madeAt(node, height));
      return {
        blocks: blocks.map((made) => ({
          block_id: blockIdJson(made.blockId),
          block: blockJson(made),
        })),
        total_count: String(found.length),
      };
    },
  },
  unconfirmed_txs: { params: ["limit"], run: (node, params) => unconfirmed(node, params, true) },
  num_unconfirmed_txs: { params: [], run: (node, params) => unconfirmed(node, params, false) },
};
