import { pino, type Logger } from "pino";
import { redaction } from "../core/secrets.ts";
import { readConfig } from "./config.ts";

/** Seats are served all the same where a log cannot be written, as on a full disk. */
export function output(dest: string | number): ReturnType<typeof pino.destination> {
  return pino.destination({ dest, sync: true }).on("error", () => undefined);
}

/** Lines on stderr: stdout carries the word that it is ready. */
export function makeLogger(level: string, destination = output(2)): Logger {
  return pino(
    {
      ...{ level, base: { module: "executor" }, redact: redaction },
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
