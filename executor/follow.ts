import { WebSocket } from "ws";

const reconnectMs = 1_000;

/** Calls back at every new block of the first endpoint that can be reached: only a hint, polling decides (E1). */
export function followBlocks(endpoints: readonly string[], onBlock: () => void): () => void {
  let socket: WebSocket | undefined;
  let stopped = false;
  let next = 0;
  const connect = (): void => {
    if (stopped) return;
    const url = (endpoints[next++ % endpoints.length] ?? "").replace(/^http/, "ws");
    socket = new WebSocket(`${url}/websocket`, { handshakeTimeout: 5_000 });
    socket.on("open", () => {
      const params = { query: "tm.event='NewBlock'" };
      socket?.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscribe", params }));
    });
    socket.on("message", onBlock);
    // "close" follows every error.
    socket.on("error", () => undefined);
    socket.on("close", () => void setTimeout(connect, reconnectMs).unref());
  };
  connect();
  return () => {
    stopped = true;
    socket?.terminate();
  };
}
