import { equalBytes } from "../../core/bytes.ts";
import { formatTime, zeroTime } from "../chain/time.ts";
import { internal } from "./errors.ts";
import {
  base64,
  blockIdJson,
  blockJson,
  blockResultJson,
  commitJson,
  headerJson,
  hex,
  metaJson,
  paramsJson,
  pubKeyJson,
  validatorJson,
  type Json,
} from "./json.ts";
import { cometVersion } from "../engine/handshake.ts";
import type { MadeBlock } from "../chain/blocks.ts";
import type { Methods, SoloNode } from "./node.ts";
import { pageOf } from "./pages.ts";
import type { Params } from "./params.ts";

const longestBlockList = 20n;

/** A block that was executed, the last one by default. */
export function heightOf({ engine, store }: SoloNode, params: Params): bigint {
  const last = engine.status.height;
  const asked = params.integer("height") ?? last;
  if (asked < 0n || (asked === 0n && last > 0n)) {
    throw internal(`height must be greater than 0, but got ${asked}`);
  }
  if (asked > last) {
    throw internal(
      `height ${asked} must be less than or equal to the current blockchain height ${last}`,
    );
  }
  if (asked < store.base) {
    throw internal(`height ${asked} is not available, lowest height is ${store.base}`);
  }
  return asked;
}

export function madeAt({ store }: SoloNode, height: bigint): MadeBlock {
  const made = store.block(height);
  if (made === undefined) throw internal(`no block at height ${height}`);
  return made;
}

function status(node: SoloNode): Json {
  const { engine, store, genesis, key } = node;
  const { height, appHash, blockId, time, validators } = engine.status;
  const first = store.block(store.base);
  const own = validators.find(({ address }) => equalBytes(address, key.address));
  return {
    node_info: {
      protocol_version: { p2p: "8", block: "11", app: String(engine.status.appVersion) },
      id: node.nodeId,
      // Nobody can connect; clients refuse an empty one.
      listen_addr: "tcp://127.0.0.1:0",
      network: genesis.chainId,
      version: `${cometVersion}-solo`,
      channels: "00",
      moniker: node.moniker,
      other: { tx_index: "on", rpc_address: node.rpcAddress },
    },
    sync_info: {
      latest_block_hash: hex(blockId.hash),
      latest_app_hash: hex(appHash),
      latest_block_height: String(height),
      latest_block_time: formatTime(height === 0n ? zeroTime : time),
      earliest_block_hash: first === undefined ? "" : hex(first.blockId.hash),
      earliest_app_hash: first === undefined ? "" : hex(first.header.appHash),
      earliest_block_height: String(store.base),
      earliest_block_time: formatTime(first?.header.time ?? zeroTime),
      catching_up: false,
    },
    validator_info: {
      address: hex(key.address),
      pub_key: pubKeyJson(key.publicKey),
      voting_power: String(own?.power ?? 0n),
    },
  };
}

function blockAnswer(made: MadeBlock): Json {
  return { block_id: blockIdJson(made.blockId), block: blockJson(made) };
}

function commit(node: SoloNode, params: Params): Json {
  const height = heightOf(node, params);
  const next = height < node.engine.status.height ? node.store.block(height + 1n) : undefined;
  const decided = next?.block.lastCommit ?? node.store.commit(height);
  if (decided === undefined) throw internal(`no commit of height ${height}`);
  return {
    signed_header: { header: headerJson(madeAt(node, height).header), commit: commitJson(decided) },
    canonical: next !== undefined,
  };
}

function blockchain(node: SoloNode, params: Params): Json {
  const last = node.engine.status.height;
  const max = least(params.integer("maxHeight") || last, last);
  const lowest = greatest(node.store.base, max - longestBlockList + 1n);
  const min = greatest(params.integer("minHeight") ?? 1n, lowest);
  if (min > max) throw internal(`min height ${min} can't be greater than max height ${max}`);
  const metas: Json[] = [];
  for (let height = max; height >= min && height > 0n; height--) {
    metas.push(metaJson(madeAt(node, height)));
  }
  return { last_height: String(last), block_metas: metas };
}

function validators(node: SoloNode, params: Params): Json {
  const { engine, store } = node;
  const asked = params.integer("height") ?? engine.status.height;
  const before = asked === engine.status.height + 1n ? engine.status : store.statusAt(asked - 1n);
  const set = before?.validators ?? store.statusAt(0n)?.validators;
  if (asked > engine.status.height + 1n || asked < 1n || set === undefined) {
    throw internal(`could not find validator set for height #${asked}`);
  }
  const page = pageOf(set, params);
  return {
    block_height: String(asked),
    validators: page.items.map(validatorJson),
    count: String(page.items.length),
    total: String(set.length),
  };
}

function consensusParams(node: SoloNode, params: Params): Json {
  const { engine, store } = node;
  const asked = params.integer("height") ?? engine.status.height + 1n;
  const before = asked > engine.status.height ? engine.status : store.statusAt(asked - 1n);
  return {
    block_height: String(asked),
    consensus_params: paramsJson((before ?? engine.status).params),
  };
}

async function abciInfo({ app }: SoloNode): Promise<Json> {
  const info = await app.query.call("info", {
    ...{ version: cometVersion, blockVersion: 11n, p2pVersion: 8n, abciVersion: "2.0.0" },
  });
  return {
    response: {
      data: info.data,
      version: info.version,
      ...(info.appVersion === 0n ? {} : { app_version: String(info.appVersion) }),
      last_block_height: String(info.lastBlockHeight),
      last_block_app_hash: base64(info.lastBlockAppHash),
    },
  };
}

async function abciQuery({ app }: SoloNode, params: Params): Promise<Json> {
  const answer = await app.query.call("query", {
    path: params.text("path") ?? "",
    data: params.hexBytes("data"),
    height: params.integer("height") ?? 0n,
    prove: params.flag("prove"),
  });
  const ops = answer.proofOps?.ops.map(({ type, key, data }) => ({
    ...{ type, key: base64(key), data: base64(data) },
  }));
  return {
    response: {
      code: answer.code,
      log: answer.log,
      info: answer.info,
      index: String(answer.index),
      key: answer.key.length === 0 ? null : base64(answer.key),
      value: answer.value.length === 0 ? null : base64(answer.value),
      proofOps: ops === undefined ? null : { ops },
      height: String(answer.height),
      codespace: answer.codespace,
    },
  };
}

/** What can be asked of node, blocks and app. */
export const infoMethods: Methods = {
  health: { params: [], run: () => ({}) },
  status: { params: [], run: status },
  net_info: {
    params: [],
    run: () => ({ listening: false, listeners: [], n_peers: "0", peers: [] }),
  },
  genesis: { params: [], run: ({ genesis }) => ({ genesis: genesis.document }) },
  block: {
    params: ["height"],
    run: (node, params) => blockAnswer(madeAt(node, heightOf(node, params))),
  },
  block_results: {
    params: ["height"],
    run: (node, params) => {
      const height = heightOf(node, params);
      const result = node.store.result(height);
      if (result === undefined) throw internal(`could not find results for height #${height}`);
      return { height: String(height), ...blockResultJson(result) };
    },
  },
  blockchain: { params: ["minHeight", "maxHeight"], run: blockchain },
  commit: { params: ["height"], run: commit },
  validators: { params: ["height", "page", "per_page"], run: validators },
  consensus_params: { params: ["height"], run: consensusParams },
  abci_info: { params: [], run: abciInfo },
  abci_query: { params: ["path", "data", "height", "prove"], run: abciQuery },
};

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const greatest = (a: bigint, b: bigint): bigint => (a > b ? a : b);
