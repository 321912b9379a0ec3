// Makes data/amino.json: sign documents of the Cosmos SDK's own code (vectors/amino/main.go) for random transactions.
// Run: node --import tsx test/vectors/makeAmino.ts <binary of vectors/amino> [times a type] [mixed] [seed] [out]
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { toHex } from "../../core/bytes.ts";
import { routedTypes, sampleMessage, sampleTx } from "../support/aminoSamples.ts";
import { seededRandom } from "../support/seededRandom.ts";

const [binary = "", times = "2", mixed = "20", seed = "1", out] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const types = routedTypes();
const lists = [
  ...types.flatMap((type) => Array.from({ length: Number(times) }, () => [type])),
  ...Array.from({ length: Number(mixed) }, () =>
    Array.from({ length: 1 + random(3) }, () => types[random(types.length)] ?? ""),
  ),
];
const questions = lists.map((list) => {
  const sequence = random(1000);
  const messages = list.map((type) => sampleMessage(random, type));
  const tx = toHex(sampleTx(random, messages, BigInt(sequence)));
  return { tx, chainId: "assay-<test>&1", accountNumber: random(1000), sequence };
});
const image = new URL("../../proto/image.binpb", import.meta.url).pathname;
const input = questions.map((question) => JSON.stringify(question)).join("\n");
const answer = spawnSync(binary, [image], { input, encoding: "utf8", maxBuffer: 2 ** 30 });
if (answer.status !== 0) throw new Error(answer.stderr);
const docs = answer.stdout.trimEnd().split("\n");
const vectors = questions.map((question, i) => ({ ...question, doc: docs[i] }));
const text = `[\n${vectors.map((vector) => JSON.stringify(vector)).join(",\n")}\n]\n`;
writeFileSync(out ?? new URL("./data/amino.json", import.meta.url), text);
