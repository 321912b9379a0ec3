import { codeOf, fieldsOf, jsonBody, maxAnswerBytes, textOf } from "./answer.ts";
import { RpcUnavailable } from "./errors.ts";

/** One JSON-RPC caller over one or several CometBFT endpoints. */
export type Rpc = {
  /** The result of a JSON-RPC method; throws RpcError for an answer that is an error, RpcUnavailable when none answers. */
  call<T>(method: string, params?: Readonly<Record<string, unknown>>): Promise<T>;
  /** Endpoint that answered last. */
  readonly endpoint: string;
};

/** The node answered with a JSON-RPC error. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  readonly data: string;

  constructor(code: number, message: string, data: string) {
    super(data === "" ? message : `${message}: ${data}`);
    this.code = code;
    this.data = data;
  }
}

export type RpcOptions = {
  /** Per call, ms (default 10,000). */
  readonly timeoutMs?: number;
  /** Of one answer (default 64 MiB). */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
};

type AnswerError = { code: number; message: string; data: string };
type Answer = { result?: unknown; error?: AnswerError };

function answerOf(value: unknown): Answer {
  const { result, error } = fieldsOf(value, "answer");
  if (error === undefined || error === null) return { result: fieldsOf(result, "result") };
  const { code, message, data } = fieldsOf(error, "error");
  return {
    error: {
      code: codeOf(code, "error.code"),
      message: textOf(message, "error.message"),
      data: textOf(data, "error.data"),
    },
  };
}

/** CometBFT outlives its app by a moment and hands on what its ABCI client met: that node cannot answer. */
const lostItsApp = ({ code, data }: AnswerError): boolean =>
  code === -32603 && /^(read message|write to buffer|flush buffer): /.test(data);

/**
 * Tries the endpoints in turn, beginning with the one that answered last, so that a dead node costs one time-out
 * and not one per call. A refused connection and "not absent" are different things (THREATS E8): only silence of
 * ALL endpoints is RpcUnavailable.
 */
export function connectRpc(endpoints: string | readonly string[], options: RpcOptions = {}): Rpc {
  const urls = typeof endpoints === "string" ? endpoints.split(",") : [...endpoints];
  const { timeoutMs = 10_000, maxBytes = maxAnswerBytes } = options;
  let current = 0;
  let id = 0;

  async function ask(
    url: string,
    method: string,
    params: Readonly<Record<string, unknown>>,
  ): Promise<Answer> {
    const { signal } = options;
    signal?.throwIfAborted();
    // Not AbortSignal.timeout: its timer would hold the memory of an answered call until it ends.
    const own = new AbortController();
    const abort = (): void => own.abort(signal?.reason);
    const late = (): void => own.abort(new DOMException("no answer in time", "TimeoutError"));
    const timer = setTimeout(late, timeoutMs);
    signal?.addEventListener("abort", abort);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        redirect: "error",
        body: JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params }),
        signal: own.signal,
      });
      return answerOf(await jsonBody(response, maxBytes));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  return {
    get endpoint() {
      return urls[current] ?? "";
    },
    async call<T>(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<T> {
      const failures: string[] = [];
      for (let tried = 0; tried < urls.length; tried++) {
        const index = (current + tried) % urls.length;
        const url = urls[index] ?? "";
        let answer: Answer;
        try {
          answer = await ask(url, method, params);
        } catch (error) {
          if (options.signal?.aborted === true) throw error;
          failures.push(`${url} (${reason(error)})`);
          continue;
        }
        if (answer.error !== undefined && lostItsApp(answer.error)) {
          failures.push(`${url} (its app does not answer)`);
          continue;
        }
        current = index;
        if (answer.error !== undefined) {
          throw new RpcError(answer.error.code, answer.error.message, answer.error.data);
        }
        return answer.result as T;
      }
      throw new RpcUnavailable(failures);
    },
  };
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return error.name === "TimeoutError" ? "no answer in time" : error.message;
}
