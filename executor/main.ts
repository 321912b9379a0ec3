import path from "node:path";
import { parseArgs } from "node:util";
import { AssayClient, RpcUnavailable, UserError, renderError } from "../client/index.ts";
import { readPassphraseFile } from "../client/keyring/secretFile.ts";
import { Keyring } from "../client/keyring/keyring.ts";
import { hmacSha256 } from "../core/crypto/hash.ts";
import { utf8Encode } from "../core/bytes.ts";
import { readConfig, type ExecutorConfig } from "./config.ts";
import { Executor } from "./executor.ts";
import { followBlocks } from "./follow.ts";
import { Journal } from "./journal.ts";
import { armKillPoint, killPoint } from "./killPoint.ts";
import { changeLevelOnSignal, makeLogger } from "./log.ts";
import { lockHome } from "./lock.ts";
import { makeMetrics, serveMetrics } from "./metrics.ts";

const retryMs = 500;

/** A node may start after its executor: wait for it. */
async function connect(
  config: ExecutorConfig,
  keyring: Keyring,
  stopping: () => boolean,
): Promise<AssayClient | undefined> {
  const signer = await keyring.signer(config.operator);
  while (!stopping()) {
    try {
      return await AssayClient.connect(config.rpc, {
        ...{ signer, gasPrice: config.gasPrice },
        ...(config.feeGranter === undefined ? {} : { feeGranter: config.feeGranter }),
      });
    } catch (error) {
      if (!(error instanceof RpcUnavailable)) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
  return undefined;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { home: { type: "string" } } });
  const config = readConfig(path.resolve(values.home ?? "."));
  const log = makeLogger(process.env["ASSAY_LOG_LEVEL"] ?? config.logLevel);
  changeLevelOnSignal(log, config.home);
  const killAt = process.env["ASSAY_KILL_AT"];
  if (killAt !== undefined) armKillPoint(killAt, config.chainId);
  const unlock = lockHome(config.home);
  killPoint("start.locked");
  const passphrase = (): string => readPassphraseFile(config.passphraseFile ?? "");
  const keyring = new Keyring({
    home: config.home,
    backend: config.keyring,
    prefix: config.prefix,
    passphrase,
  });
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // Whoever started it holds its stdin open; when that program was killed, nobody else would end this one.
  if (process.env["ASSAY_SUPERVISED"] === "1") process.stdin.resume().once("end", stop).unref();
  const client = await connect(config, keyring, () => stopping.signal.aborted);
  if (client === undefined) return unlock();
  if (client.chainId !== config.chainId)
    throw new Error(`chain id: expected ${config.chainId}, got ${client.chainId}`);
  const metrics = makeMetrics(client.chainId);
  const journal = Journal.open(path.join(config.home, "data"));
  const secret = hmacSha256(
    keyring.privateKey(config.operator),
    utf8Encode("assay/v1/salt secret"),
  );
  const { services, concurrency, pollMs } = config;
  const executor = new Executor({
    ...{ client, journal, services, secret, concurrency, pollMs, log, metrics },
    path: process.env["PATH"] ?? "/usr/bin:/bin",
  });
  stopping.signal.addEventListener("abort", () => executor.stop());
  const server =
    config.metrics === undefined ? undefined : await serveMetrics(metrics, config.metrics);
  const unfollow = followBlocks(config.rpc, () => executor.hint());
  process.stdout.write(
    `${JSON.stringify({ ready: true, operator: client.address, chain: client.chainId })}\n`,
  );
  killPoint("start.ready");
  if (!stopping.signal.aborted) await executor.run();
  killPoint("stop.begun");
  unfollow();
  server?.close();
  journal.close();
  killPoint("stop.closed");
  unlock();
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof UserError ? renderError(error) : String(error)}\n`);
  process.exitCode = 1;
}
