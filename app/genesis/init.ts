import type { RequestInitChain, ResponseInitChain } from "cosmjs-types/tendermint/abci/types";
import { equalBytes, toHex } from "../../core/bytes.ts";
import { sha256 } from "../../core/crypto/sha256.ts";
import type { Ctx } from "../../core/context.ts";
import { FatalError, TxError } from "../../core/errors.ts";
import type { Fault } from "../../core/module.ts";
import { branch } from "../../core/store/branch.ts";
import { ConsensusParams } from "../../proto/cosmos.ts";
import { GenesisState as BeaconGenesis } from "../../proto/gen/assay/beacon/v1/genesis.ts";
import { StartError } from "../errors.ts";
import { emptyHash, type ChainState } from "../appState.ts";
import { msOf } from "../appTime.ts";
import { genesisError, parseAppState, type GenesisPart } from "./parse.ts";

type Validator = { readonly address: Uint8Array; readonly power: bigint };

/** The state of block 0, kept in memory until the first block is committed (WIRE.md 3). */
export function initChain(state: ChainState, request: RequestInitChain): ResponseInitChain {
  const { chainId } = state.config;
  if (request.chainId !== chainId) {
    throw new StartError("E1405", `chain id: expected ${chainId}, got ${request.chainId}`, [
      "use one genesis file for CometBFT and the app",
    ]);
  }
  const { modules, descriptors } = state.registry;
  const text = new TextDecoder().decode(request.appStateBytes);
  const { parts, faults } = parseAppState(modules, descriptors, text);
  const validators = request.validators.map(({ pubKey, power }) => ({
    address: sha256(pubKey?.ed25519 ?? new Uint8Array()).slice(0, 20),
    power,
  }));
  faults.push(...contributorFaults(parts, validators));
  if (faults.length > 0) throw genesisError(faults);

  const store = branch(state.db.multistore.view());
  const timeMs = msOf(request.time);
  const ctx = state.ctx(store, state.blockAt(0n, timeMs, new Uint8Array(20)));
  for (const part of parts) initPart(ctx, part);
  const imbalance = ctx.coins.imbalance();
  if (imbalance !== undefined) throw new FatalError(imbalance);
  state.startFrom({
    store,
    initialHeight: request.initialHeight > 0n ? request.initialHeight : 1n,
    timeMs,
    params: request.consensusParams ?? ConsensusParams.fromPartial({}),
  });
  return { validators: request.validators, appHash: emptyHash };
}

/** What only the state of lower modules shows is refused like a fault of the file. */
function initPart(ctx: Ctx, { module, def, genesis }: GenesisPart): void {
  try {
    def.init(ctx, genesis);
  } catch (error) {
    if (!(error instanceof TxError)) throw error;
    throw genesisError([{ pointer: `/app_state/${module.name}`, text: error.message }]);
  }
}

/** A proposer without a registered key could never propose while a draw is pending. */
export function contributorFaults(
  parts: readonly GenesisPart[],
  validators: readonly Validator[],
): Fault[] {
  const part = parts.find(({ module }) => module.name === "beacon");
  if (part === undefined) return [];
  const { contributors } = BeaconGenesis.decode(part.def.codec.encode(part.genesis));
  const pointer = "/app_state/beacon/contributors";
  const faults: Fault[] = [];
  for (const { address, power } of validators) {
    const found = contributors.find(({ consAddress }) => equalBytes(consAddress, address));
    if (found === undefined)
      faults.push({ pointer, text: `expected the validator ${toHex(address)}, got none` });
    else if (found.power !== power) {
      const text = `power of ${toHex(address)}: expected ${power}, got ${found.power}`;
      faults.push({ pointer, text });
    }
  }
  if (contributors.length > validators.length) {
    const text = `expected ${validators.length} validators, got ${contributors.length}`;
    faults.push({ pointer, text });
  }
  return faults;
}
