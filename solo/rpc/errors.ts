/** An answer that is an error, by JSON-RPC's codes. */
export class RpcFault extends Error {
  override readonly name = "RpcFault";
  readonly code: number;
  readonly data: string;

  constructor(code: number, message: string, data: string) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export const internal = (data: string): RpcFault => new RpcFault(-32603, "Internal error", data);
export const invalidParams = (data: string): RpcFault =>
  new RpcFault(-32602, "Invalid params", data);
export const unknownMethod = (method: string): RpcFault =>
  new RpcFault(
    -32601,
    "Method not found",
    `the solo engine (development, no consensus) has no method ${method}; a real CometBFT may`,
  );
