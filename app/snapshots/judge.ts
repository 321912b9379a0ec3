import type { RequestOfferSnapshot } from "cosmjs-types/tendermint/abci/types";
import { equalBytes, toHex } from "../../core/bytes.ts";
import type { ChainState } from "../appState.ts";
import {
  appHashOf,
  chainDigest,
  decodeManifest,
  digest,
  MalformedError,
  maxManifestBytes,
  snapshotFormat,
  type Manifest,
} from "../db/index.ts";

const offered = { accept: 1, abort: 2, reject: 3, rejectFormat: 4, rejectSender: 5 } as const;

export type Verdict =
  | { readonly result: number; readonly manifest: Manifest }
  | { readonly result: number; readonly manifest: undefined; readonly why: string };

/**
 * Whether to fetch a snapshot. Only the app hash of the request is to be trusted, it comes from a header that
 * CometBFT's light client verified; everything else is what some peer says.
 */
export function judgeOffer(state: ChainState, request: RequestOfferSnapshot): Verdict {
  const own = ownObstacle(state);
  if (own !== undefined) return refused("abort", own);
  const { snapshot, appHash } = request;
  if (snapshot === undefined) return refused("rejectSender", "no snapshot in the offer");
  const { format, metadata, hash, chunks, height } = snapshot;
  if (format !== snapshotFormat)
    return refused("rejectFormat", `expected format ${snapshotFormat}, got ${format}`);
  if (metadata.length > maxManifestBytes || !equalBytes(digest(metadata), hash))
    return refused("rejectSender", "its metadata does not have its hash");
  let manifest: Manifest;
  try {
    manifest = decodeManifest(metadata);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return refused("rejectSender", `malformed metadata: ${error.message}`);
  }
  if (manifest.height !== height || manifest.chunks.length !== chunks)
    return refused("rejectSender", "its metadata is of another height or count of chunks");
  if (!equalBytes(manifest.chain, chainDigest(state.config.chainId)))
    return refused("rejectSender", "it belongs to another chain");
  const found = appHashOf(manifest);
  if (!equalBytes(found, appHash)) {
    const text = `expected app hash ${toHex(appHash)}, got ${toHex(found)}`;
    return refused("rejectSender", text);
  }
  return fitting(state, manifest);
}

/** What keeps this node from taking any snapshot. */
function ownObstacle({ config, db }: ChainState): string | undefined {
  if (db.receive === undefined || config.stateSync?.genesisParams === undefined)
    return "this node keeps no state on disk";
  if (db.isRestorable === true) return undefined;
  return "this node has blocks of its own: remove data/app to join anew";
}

/** The store names and roots are proved by now; sizes are bounded before anything is fetched. */
function fitting({ db, config }: ChainState, manifest: Manifest): Verdict {
  const names = manifest.stores.map(([name]) => name).join();
  const own = db.multistore.storeNames.join();
  if (names !== own)
    return refused("abort", `the chain has stores ${names}, this program has ${own}`);
  const { bodyBytes } = manifest;
  const most = config.stateSync?.maxBodyBytes ?? 0;
  if (bodyBytes > most)
    return refused("reject", `expected at most ${most} bytes, got ${bodyBytes}`);
  const free = db.snapshots?.freeBytes ?? 0;
  if (bodyBytes > free)
    return refused("abort", `it takes ${bodyBytes} bytes, the disk has ${free}`);
  return { result: offered.accept, manifest };
}

function refused(result: keyof typeof offered, why: string): Verdict {
  return { result: offered[result], manifest: undefined, why };
}
