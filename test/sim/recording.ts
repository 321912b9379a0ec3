import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { RequestFinalizeBlock, RequestInitChain } from "cosmjs-types/tendermint/abci/types";
import { toHex } from "../../core/bytes.ts";

type Line = { readonly kind: "init" | "block"; readonly bytes: string; readonly hash: string };

/** Writes the requests of a chain, line by line, with the app hash that each block had. */
export class Recorder {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  readonly record = (kind: Line["kind"], bytes: Uint8Array, hash: Uint8Array): void => {
    const line: Line = { kind, bytes: Buffer.from(bytes).toString("base64"), hash: toHex(hash) };
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  };

  close(): void {
    closeSync(this.#file);
  }
}

export type Recorded = {
  readonly init: RequestInitChain;
  readonly blocks: readonly { readonly request: RequestFinalizeBlock; readonly hash: string }[];
};

export function readRecording(path: string): Recorded {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  const bytesOf = ({ bytes }: Line): Uint8Array => Uint8Array.from(Buffer.from(bytes, "base64"));
  const [first, ...rest] = parsed;
  if (first?.kind !== "init") throw new Error(`recording: expected init first in ${path}`);
  return {
    init: RequestInitChain.decode(bytesOf(first)),
    blocks: rest.map((line) => ({
      request: RequestFinalizeBlock.decode(bytesOf(line)),
      hash: line.hash,
    })),
  };
}
