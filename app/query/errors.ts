import { TxError } from "../../core/errors.ts";
import type { Refusal } from "../tx/deliver.ts";

/** A refused query in the SDK's words: clients match "rpc error: code = NotFound" (WIRE.md 12). */
export class QueryError extends Error {
  override readonly name = "QueryError";
  readonly code: number;
  readonly codespace: string;

  constructor(code: number, message: string, codespace = "sdk") {
    super(message);
    this.code = code;
    this.codespace = codespace;
  }
}

export function invalidRequest(text: string): QueryError {
  return new QueryError(18, `${text}: invalid request`);
}

const invalidArgumentCodes = new Set([7, 10, 18, 29]);
const notFoundCodes = new Set([9, 22, 38]);

/** The answer for whatever a query threw; nothing that it throws may reach the node. */
export function queryRefusal(error: unknown): Refusal {
  if (error instanceof QueryError)
    return { codespace: error.codespace, code: error.code, log: error.message };
  if (!(error instanceof TxError)) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { codespace: "sdk", code: 6, log: rpc("Internal", text, "unknown request") };
  }
  const { codespace, code, message } = error;
  if (message.startsWith("rpc error: ")) return { codespace, code, log: message };
  if (codespace !== "sdk") return { codespace, code, log: message };
  if (notFoundCodes.has(code))
    return { codespace, code: 22, log: rpc("NotFound", message, "key not found") };
  if (invalidArgumentCodes.has(code))
    return { codespace, code: 18, log: rpc("InvalidArgument", message, "invalid request") };
  return { codespace, code: 6, log: rpc("Unknown", message, "unknown request") };
}

function rpc(code: string, message: string, text: string): string {
  const plain = message.endsWith(`: ${text}`) ? message.slice(0, -text.length - 2) : message;
  return `rpc error: code = ${code} desc = ${plain}: ${text}`;
}
