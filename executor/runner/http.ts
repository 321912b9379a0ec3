import { utf8Decode, utf8Encode } from "../../core/bytes.ts";
import type { HttpRunner } from "../../client/manifest/manifest.ts";
import { atPointer, canonicalJson, parseJson, type JsonValue } from "../../client/results/json.ts";
import { RunFailed } from "./failed.ts";

/** Calls an unmodified web service: the manifest maps task to method, path and body, and the answer to the output. */
export async function callHttp(
  runner: HttpRunner,
  input: Uint8Array,
  maxOutput: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const url = new URL(fillPath(runner.path, input), runner.url);
  let response: Response;
  try {
    response = await fetch(url, {
      method: runner.method,
      headers: {
        ...(runner.body === "input" ? { "content-type": "application/json" } : {}),
        ...Object.fromEntries(runner.headers),
      },
      ...(runner.body === "input" ? { body: Buffer.from(input) } : {}),
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(runner.timeoutMs)]),
    });
    if (!response.ok)
      throw new RunFailed(`${runner.method} ${url}: expected status 2xx, got ${response.status}`);
    const body = await readCapped(response, runner.output === "" ? maxOutput : 16 * maxOutput);
    const output = runner.output === "" ? body : pick(body, runner.output);
    if (output.length > maxOutput)
      throw new RunFailed(`output: expected at most ${maxOutput} bytes, got ${output.length}`);
    return output;
  } catch (error) {
    if (error instanceof RunFailed) throw error;
    const cause =
      error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
    throw new RunFailed(
      `${runner.method} ${url}: ${error instanceof Error ? error.message : String(error)}${cause}`,
    );
  }
}

/** {name} and {/json/pointer} stand for values of the JSON input. */
function fillPath(path: string, input: Uint8Array): string {
  if (!path.includes("{")) return path;
  const value = parseInput(input);
  return path.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const found = atPointer(value, name.startsWith("/") ? name : `/${name}`);
    if (found === undefined || found === null)
      throw new RunFailed(`input: expected a value at ${name}, got none`);
    return encodeURIComponent(typeof found === "string" ? found : canonicalJson(found));
  });
}

function parseInput(input: Uint8Array): JsonValue {
  try {
    return parseJson(utf8Decode(input));
  } catch (error) {
    throw new RunFailed(`input: expected JSON: ${String(error)}`);
  }
}

function pick(body: Uint8Array, pointer: string): Uint8Array {
  const found = atPointer(parseJson(utf8Decode(body)), pointer);
  if (found === undefined) throw new RunFailed(`answer: expected a value at ${pointer}, got none`);
  return utf8Encode(canonicalJson(found));
}

async function readCapped(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > limit) throw new RunFailed(`answer: expected at most ${limit} bytes, got more`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}
