import { CommanderError } from "commander";
import {
  RpcUnavailable,
  TxFailed,
  TxRefused,
  UserError,
  renderError,
  userError,
} from "../client/index.ts";

/** Exit codes of every command (CONVENTIONS 5.2). */
export const exitCodes = { done: 0, local: 1, failed: 2, usage: 64, interrupted: 130 } as const;

const failedCodes = new Set(["E3201", "E3202", "E3203"]);

/** What a thrown error means to the shell. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof UserError && error.code === "E4011") return exitCodes.usage;
  if (error instanceof TxFailed || error instanceof TxRefused) return exitCodes.failed;
  if (error instanceof UserError && failedCodes.has(error.code)) return exitCodes.failed;
  return exitCodes.local;
}

/** The text of an error on stderr; commander has printed its own already. */
export function errorText(error: unknown): string | undefined {
  if (error instanceof CommanderError) return undefined;
  if (error instanceof UserError) return renderError(error);
  if (error instanceof RpcUnavailable)
    return renderError(userError("E1001", {}, { looked: error.looked }));
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return renderError(userError("E9001", { text }));
}
