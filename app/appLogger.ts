import { pino, type Logger } from "pino";
import { redaction } from "../core/secrets.ts";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

// Written at once: an asynchronous log loses its last lines at an exit.
export const output = pino.destination({ dest: 1, sync: true });

export function makeLogger(level: string, destination = output): Logger {
  return pino(
    {
      ...{ level, base: { module: "app" }, redact: redaction },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}
