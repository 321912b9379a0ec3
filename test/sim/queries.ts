import type { AbciHandlers } from "../../app/abci/handlers.ts";
import { testRegistry } from "../support/driverReplica.ts";
import type { Luck } from "./luck.ts";

const stores = ["/store/tasks/key", "/store/bank/subspace", "/nothing/of/the/kind"];

/** Asks at random; what is answered matters to nobody here, only that it leaves no trace (B23). */
export function stormOf(app: AbciHandlers, luck: Luck): number {
  const paths = testRegistry().modules.flatMap(({ queries }) => queries.map(({ path }) => path));
  const asked = luck.between(1, 6);
  for (let i = 0; i < asked; i++) {
    const data = luck.hits(600) ? new Uint8Array() : luck.bytes(luck.between(1, 12));
    const path = luck.hits(850) ? luck.pick(paths) : luck.pick(stores);
    void app.query({ path, data, height: 0n, prove: luck.hits(300) });
  }
  return asked;
}
