import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { RequestFinalizeBlock, RequestInitChain } from "cosmjs-types/tendermint/abci/types";
import { toHex } from "../../core/bytes.ts";

type Line = {
  readonly kind: "init" | "block";
  readonly bytes: string;
  readonly hash: string;
  readonly answer: string;
};

/** Writes the requests of a chain, line by line, with the app hash and the hash of the answers that each block had. */
export class Recorder {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  readonly record = (
    kind: Line["kind"],
    bytes: Uint8Array,
    hash: Uint8Array,
    answer: Uint8Array,
  ): void => {
    const base64 = Buffer.from(bytes).toString("base64");
    const line: Line = { kind, bytes: base64, hash: toHex(hash), answer: toHex(answer) };
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  };

  close(): void {
    closeSync(this.#file);
  }
}

export type RecordedBlock = {
  readonly request: RequestFinalizeBlock;
  readonly hash: string;
  /** What answerHash says of the block. */
  readonly answer: string;
};

export type Recorded = {
  readonly init: RequestInitChain;
  /** What genesisHash says of the answer to it. */
  readonly begun: string;
  readonly blocks: readonly RecordedBlock[];
};

export function readRecording(path: string): Recorded {
  const file = readFileSync(path);
  const text = path.endsWith(".gz") ? gunzipSync(file) : file;
  const lines = text.toString("utf8").trimEnd().split("\n");
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  const bytesOf = ({ bytes }: Line): Uint8Array => Uint8Array.from(Buffer.from(bytes, "base64"));
  const [first, ...rest] = parsed;
  if (first?.kind !== "init") throw new Error(`recording: expected init first in ${path}`);
  return {
    init: RequestInitChain.decode(bytesOf(first)),
    begun: first.answer,
    blocks: rest.map((line) => ({
      request: RequestFinalizeBlock.decode(bytesOf(line)),
      hash: line.hash,
      answer: line.answer,
    })),
  };
}
