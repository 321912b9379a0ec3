import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TxBody, TxRaw, type Any } from "../../proto/cosmos.ts";

type Corpus = { readonly txs: readonly string[]; readonly addresses: readonly string[] };

let read: Corpus | undefined;

/** Transactions of a small chain's life, kept so that a seed means the same inputs on every machine. */
function corpus(): Corpus {
  const root = import.meta.dirname.replace(/([/\\])dist([/\\])test([/\\])fuzz$/, "$1test$3fuzz");
  read ??= JSON.parse(readFileSync(join(root, "corpus.json"), "utf8")) as Corpus;
  return read;
}

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

export function corpusTxs(): Uint8Array[] {
  return corpus().txs.map(fromHex);
}

/** Accounts of that chain. */
export function corpusAddresses(): readonly string[] {
  return corpus().addresses;
}

export function corpusMessages(): Any[] {
  return corpusTxs().flatMap((tx) => TxBody.decode(TxRaw.decode(tx).bodyBytes).messages);
}
