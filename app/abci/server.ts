import { createServer as createNetServer, type Server } from "node:net";
import { Connection, type Shared } from "./connection.ts";
import type { AbciHandlers } from "./handlers.ts";
import { prepareSocketPath } from "./socketPath.ts";

export type { AbciHandlers } from "./handlers.ts";
export { ProtocolError } from "./frames.ts";

export type AbciOptions = {
  /**
   * Called once, for the first fault of a handler or of the peer. It must log and end the process:
   * an answer after it could commit a state that other nodes do not have.
   */
  readonly fatal: (error: Error) => void;
};

export type AbciServer = {
  listen(path: string): Promise<void>;
  /** Closes every connection, which stops a running Comet: stop Comet first. */
  close(): Promise<void>;
  connections(): number;
};

export function createServer(app: AbciHandlers, options: AbciOptions): AbciServer {
  const open = new Set<Connection>();
  const shared: Shared = {
    app,
    ended: false,
    end(error) {
      if (shared.ended) return;
      shared.ended = true;
      options.fatal(error instanceof Error ? error : new Error(`handler: threw ${String(error)}`));
    },
  };
  const server = createNetServer((socket) => {
    const connection = new Connection(socket, shared);
    open.add(connection);
    socket.on("close", () => open.delete(connection));
  });
  return {
    async listen(path) {
      await prepareSocketPath(path);
      await listenPrivately(server, path);
      server.on("error", shared.end);
    },
    close() {
      for (const connection of open) connection.close();
      return new Promise((resolve) => server.close(() => resolve()));
    },
    connections: () => open.size,
  };
}

/** The file is made with mode 0600 at once: whoever reaches it may speak as Comet. */
function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const mask = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      process.umask(mask);
    }
  });
}
