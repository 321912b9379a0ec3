// `npx tsx test/fuzz/makeCorpus.ts` writes corpus.json anew: the transactions of one chain's life.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TxBody, TxRaw } from "../../proto/cosmos.ts";
import { looksLikeContribution } from "../../app/proposal/contribution.ts";
import { livedNet } from "./livedNet.ts";

const perShape = 2;
const { net, txs } = livedNet();
const seen = new Map<string, number>();
const kept: string[] = [];
for (const tx of txs) {
  if (looksLikeContribution(tx)) continue;
  const { messages } = TxBody.decode(TxRaw.decode(tx).bodyBytes);
  const shape = messages.map(({ typeUrl }) => typeUrl).join();
  const count = seen.get(shape) ?? 0;
  seen.set(shape, count + 1);
  if (count < perShape) kept.push(Buffer.from(tx).toString("hex"));
}
const addresses = net.chain.accounts.map(({ address }) => address);
const file = join(import.meta.dirname, "corpus.json");
writeFileSync(file, `${JSON.stringify({ txs: kept, addresses }, null, 2)}\n`);
console.log([...seen].map(([shape, count]) => `${count} ${shape}`).join("\n"));
