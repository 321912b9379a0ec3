import { workerData } from "node:worker_threads";
import { places, work, type SharedJobs } from "./verifyPool.ts";

// A thread of VerifyPool: waits for a batch, takes jobs of it, says that it waits again.
const shared = workerData as SharedJobs;
const { control } = shared;
let seen = Atomics.load(control, places.batch);
for (;;) {
  Atomics.add(control, places.idle, 1);
  Atomics.notify(control, places.idle);
  while (Atomics.load(control, places.batch) === seen) Atomics.wait(control, places.batch, seen);
  seen = Atomics.load(control, places.batch);
  work(shared);
}
