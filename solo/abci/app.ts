import { Connection } from "./connection.ts";

/** The app as CometBFT sees it: one connection for each use, so that a slow query holds up no block. */
export type App = {
  readonly consensus: Connection;
  readonly mempool: Connection;
  readonly query: Connection;
  close(): void;
};

/** In CometBFT's order. Nothing is asked on the one for snapshots, but the app's /health counts all four. */
export async function connectApp(path: string, lost: (error: Error) => void): Promise<App> {
  const query = await Connection.open(path, lost);
  const snapshot = await Connection.open(path, lost);
  const mempool = await Connection.open(path, lost);
  const consensus = await Connection.open(path, lost);
  const all = [query, snapshot, mempool, consensus];
  return { query, mempool, consensus, close: () => all.forEach((one) => one.close()) };
}
