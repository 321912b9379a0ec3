import { pino, type Logger } from "pino";
import { readConfig } from "./config.ts";

/** Fields that are never written, wherever in an object they stand; docs/OPERATORS.md names them. */
const secretNames = ["priv_key", "privateKey", "mnemonic", "secret", "passphrase", "salt"];
const redacted = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** Lines on stderr: stdout carries the word that it is ready. */
export function makeLogger(
  level: string,
  destination = pino.destination({ sync: true, fd: 2 }),
): Logger {
  return pino(
    {
      ...{ level, base: { module: "executor" } },
      redact: { paths: redacted, censor: "[redacted]" },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/** SIGUSR2: config/executor.yml says anew how much is logged. */
export function changeLevelOnSignal(log: Logger, home: string): void {
  process.on("SIGUSR2", () => {
    try {
      const { logLevel } = readConfig(home);
      log.level = logLevel;
      log.info({ logLevel }, "log level");
    } catch (error) {
      log.error({ why: String(error) }, "executor.yml was not read again");
    }
  });
}
