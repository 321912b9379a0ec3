import type { ResponseFinalizeBlock } from "cosmjs-types/tendermint/abci/types";
import { PublicKey } from "cosmjs-types/tendermint/crypto/keys";
import { equalBytes, toHex, utf8Encode } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import type { App } from "../abci/app.ts";
import type { ChainStatus, MadeBlock } from "../chain/blocks.ts";
import { resultsHash } from "../chain/hashes.ts";
import { updatedSet } from "../chain/validators.ts";
import { emptyBlockId } from "../chain/votes.ts";
import type { BlockStore } from "../store/blockStore.ts";
import { finalizeRequest, statusAfter, updatedParams } from "./execute.ts";
import type { Genesis } from "./genesis.ts";
import { userError } from "../../client/errors/index.ts";

/** What CometBFT 0.38.25 says of itself in Info. */
export const cometVersion = "0.38.25";
const info = { version: cometVersion, blockVersion: 11n, p2pVersion: 8n, abciVersion: "2.0.0" };

/** Brings app and store to the same height by CometBFT's rules (WIRE 3); answers where they stand. */
export async function handshake(
  app: App,
  store: BlockStore,
  genesis: Genesis,
): Promise<ChainStatus> {
  const answer = await app.query.call("info", info);
  const appHeight = answer.lastBlockHeight;
  const stored = store.height;
  if (appHeight > stored) {
    throw new Error(`handshake: the app is ahead: expected height ${stored}, got ${appHeight}`);
  }
  let status = store.status ?? genesisStatus(genesis, answer.appVersion);
  if (appHeight === 0n) {
    const begun = await initChain(app, genesis, status);
    if (store.status === undefined) store.saveStatus((status = begun));
  }
  if (stored === 0n) return status;
  if (status.height < stored - 1n) {
    throw new Error(`block store: expected results of ${stored - 1n}, got ${status.height}`);
  }
  const first = appHeight === 0n ? genesis.initialHeight : appHeight + 1n;
  for (let height = first; height <= status.height; height++) {
    await replay(app, store, height);
  }
  if (status.height === stored) {
    if (first > status.height) requireHash(stored, status.appHash, answer.lastBlockAppHash);
    return status;
  }
  return finishLast(app, store, status, appHeight);
}

/** The engine ended between the last block and its status: CometBFT's two cases. */
async function finishLast(
  app: App,
  store: BlockStore,
  status: ChainStatus,
  appHeight: bigint,
): Promise<ChainStatus> {
  const made = requireBlock(store, store.height);
  const saved = appHeight === store.height ? store.result(store.height) : undefined;
  const after = statusAfter(status, made, saved ?? (await execute(app, store, status, made)));
  store.saveStatus(after);
  return after;
}

/** FinalizeBlock and Commit of a block that is stored; the result is durable before the Commit. */
export async function execute(
  app: App,
  store: BlockStore,
  status: ChainStatus,
  made: MadeBlock,
): Promise<ResponseFinalizeBlock> {
  const result = await app.consensus.call("finalizeBlock", finalizeRequest(status, made));
  if (result.txResults.length !== made.block.data.txs.length) {
    throw new Error(
      `results of height ${made.header.height}: expected ${made.block.data.txs.length}, ` +
        `got ${result.txResults.length}`,
    );
  }
  // Refused here, an update of the app leaves no half-kept block behind.
  statusAfter(status, made, result);
  store.saveResult(made.header.height, result);
  await app.consensus.call("commit", {});
  return result;
}

async function replay(app: App, store: BlockStore, height: bigint): Promise<void> {
  const before = store.statusAt(height - 1n) ?? store.statusAt(0n);
  const after = store.statusAt(height);
  if (before === undefined || after === undefined) {
    throw new Error(`replay: expected the status around height ${height}, got none`);
  }
  const made = requireBlock(store, height);
  const result = await app.consensus.call("finalizeBlock", finalizeRequest(before, made));
  requireHash(height, after.appHash, result.appHash);
  await app.consensus.call("commit", {});
}

function requireBlock(store: BlockStore, height: bigint): MadeBlock {
  const made = store.block(height);
  if (made === undefined) throw new Error(`block store: expected block ${height}, got none`);
  return made;
}

function requireHash(height: bigint, expected: Uint8Array, actual: Uint8Array): void {
  if (equalBytes(expected, actual)) return;
  throw userError("E1403", { height, expected: toHex(expected), actual: toHex(actual) });
}

function genesisStatus(genesis: Genesis, appVersion: bigint): ChainStatus {
  const { validators } = genesis;
  return {
    chainId: genesis.chainId,
    initialHeight: genesis.initialHeight,
    height: 0n,
    time: genesis.time,
    blockId: emptyBlockId,
    appHash: genesis.appHash,
    lastResultsHash: sha256(new Uint8Array()),
    appVersion,
    params: genesis.params,
    lastValidators: [],
    validators,
    nextValidators: validators,
  };
}

async function initChain(app: App, genesis: Genesis, status: ChainStatus): Promise<ChainStatus> {
  const answer = await app.consensus.call("initChain", {
    time: genesis.time,
    chainId: genesis.chainId,
    consensusParams: genesis.params,
    validators: genesis.validators.map(({ publicKey, power }) => ({
      pubKey: PublicKey.fromPartial({ ed25519: publicKey }),
      power,
    })),
    appStateBytes: utf8Encode(genesis.appState),
    initialHeight: genesis.initialHeight,
  });
  const { consensusParams } = answer;
  const validators =
    answer.validators.length === 0 ? genesis.validators : updatedSet([], answer.validators);
  return {
    ...status,
    appHash: answer.appHash.length === 0 ? status.appHash : answer.appHash,
    params:
      consensusParams === undefined ? status.params : updatedParams(status.params, consensusParams),
    appVersion: consensusParams?.version?.app ?? status.appVersion,
    lastResultsHash: resultsHash([]),
    validators,
    nextValidators: validators,
  };
}
