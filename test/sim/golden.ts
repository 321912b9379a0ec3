import { join } from "node:path";

/** The blocks of one hostile run with the app hash and the answers that each had when it was recorded. */
export const goldenChain = join(import.meta.dirname, "../vectors/data/goldenChain.jsonl.gz");
