import { open, runBlock } from "./storeChain.ts";

// A process that commits blocks until it is killed; tells each height after its commit has returned.
const [, , dir = ""] = process.argv;
const db = open(dir, { segmentBytes: 5000, keepVersions: 10, snapshotEvery: 10n });

function next(): void {
  const height = db.lastHeight + 1n;
  runBlock(db, height);
  process.send?.(String(height));
  setImmediate(next);
}
next();
