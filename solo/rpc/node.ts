import type { App } from "../abci/app.ts";
import type { Engine } from "../engine/engine.ts";
import type { Genesis } from "../engine/genesis.ts";
import type { BlockStore } from "../store/blockStore.ts";
import type { SearchIndex } from "../store/search.ts";
import type { DevelopmentKey } from "../chain/keys.ts";
import type { Json } from "./json.ts";
import type { Params } from "./params.ts";

/** What the methods of RPC work on. */
export type SoloNode = {
  readonly app: App;
  readonly engine: Engine;
  readonly store: BlockStore;
  readonly index: SearchIndex;
  readonly genesis: Genesis;
  readonly key: DevelopmentKey;
  readonly nodeId: string;
  readonly moniker: string;
  readonly rpcAddress: string;
  /** Ends engine and app; both begin again at an earlier height. */
  revertTo(height: bigint): void;
};

export type Method = {
  /** Names of the parameters, for those who send them by position. */
  readonly params: readonly string[];
  run(node: SoloNode, params: Params): Json | Promise<Json>;
};

export type Methods = Readonly<Record<string, Method>>;
