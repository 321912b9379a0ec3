import type {
  RequestApplySnapshotChunk,
  RequestLoadSnapshotChunk,
  RequestOfferSnapshot,
  ResponseApplySnapshotChunk,
  ResponseListSnapshots,
  ResponseLoadSnapshotChunk,
  ResponseOfferSnapshot,
} from "cosmjs-types/tendermint/abci/types";
import { ConsensusParams } from "../../proto/cosmos.ts";
import type { ChainState } from "../appState.ts";
import { snapshotFormat, type Intake } from "../db/index.ts";
import { judgeOffer } from "./judge.ts";

const applied = { accept: 1, abort: 2, retry: 3, retrySnapshot: 4, rejectSnapshot: 5 } as const;
const none = new Uint8Array(0);

/** The four snapshot methods of ABCI: what peers are given, and how this node joins from what they have. */
export class StateSync {
  readonly #state: ChainState;
  #intake: Intake | undefined;
  /** Who sent a chunk of the snapshot that comes in. */
  readonly #senders = new Set<string>();

  constructor(state: ChainState) {
    this.#state = state;
  }

  list(): ResponseListSnapshots {
    const { db, config } = this.#state;
    if (config.stateSync?.serve !== true) return { snapshots: [] };
    const offered = db.snapshots?.offered ?? [];
    return {
      snapshots: offered.map(({ height, manifest, metadata, hash }) => ({
        ...{ height, metadata, hash, format: snapshotFormat, chunks: manifest.chunks.length },
      })),
    };
  }

  load({ height, format, chunk: index }: RequestLoadSnapshotChunk): ResponseLoadSnapshotChunk {
    const { db, config } = this.#state;
    if (config.stateSync?.serve !== true || format !== snapshotFormat) return { chunk: none };
    return { chunk: db.snapshots?.chunk(height, index) ?? none };
  }

  offer(request: RequestOfferSnapshot): ResponseOfferSnapshot {
    this.#drop();
    const { alarms, config, db } = this.#state;
    const verdict = judgeOffer(this.#state, request);
    if (verdict.manifest === undefined) {
      alarms.push(`state sync: snapshot of height ${request.snapshot?.height}: ${verdict.why}`);
      return { result: verdict.result };
    }
    const params = config.stateSync?.genesisParams;
    if (params === undefined || db.receive === undefined) return { result: 2 };
    this.#intake = db.receive(verdict.manifest, {
      appHash: Uint8Array.from(request.appHash),
      // Seen by CheckTx and queries alone, until the next block brings the chain's own time.
      timeMs: BigInt(Date.now()),
      meta: ConsensusParams.encode(params).finish(),
    });
    return { result: verdict.result };
  }

  apply({ index, chunk, sender }: RequestApplySnapshotChunk): ResponseApplySnapshotChunk {
    const intake = this.#intake;
    if (intake === undefined) return answer(applied.abort);
    // CometBFT applies in order; after anything else the only common ground is the beginning.
    if (index !== intake.next) return this.#refuse(applied.retrySnapshot, []);
    if (!intake.append(chunk)) {
      this.#state.alarms.push(`state sync: chunk ${index} of ${sender} has another hash`);
      return { result: applied.retry, refetchChunks: [index], rejectSenders: [sender] };
    }
    this.#senders.add(sender);
    return intake.isComplete ? this.#finish(intake) : answer(applied.accept);
  }

  #finish(intake: Intake): ResponseApplySnapshotChunk {
    const { db, alarms } = this.#state;
    if (db.restore?.(intake) !== true) {
      const height = intake.manifest.height;
      alarms.push(`state sync: snapshot of height ${height}: its trees do not have the app hash`);
      // Each chunk had the hash that was promised: everyone who sent one knew the wrong promise.
      return this.#refuse(applied.rejectSnapshot, [...this.#senders]);
    }
    this.#intake = undefined;
    this.#senders.clear();
    this.#state.restored();
    return answer(applied.accept);
  }

  #refuse(result: number, rejectSenders: string[]): ResponseApplySnapshotChunk {
    this.#drop();
    return { result, refetchChunks: [], rejectSenders };
  }

  #drop(): void {
    this.#intake?.abandon();
    this.#intake = undefined;
    this.#senders.clear();
  }
}

function answer(result: number): ResponseApplySnapshotChunk {
  return { result, refetchChunks: [], rejectSenders: [] };
}
