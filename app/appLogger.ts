import { pino, type Logger } from "pino";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** Fields that are never written, wherever in an object they stand; docs/OPERATORS.md names them. */
const secretNames = [
  ...[
    "priv_key",
    "privateKey",
    "privKey",
    "mnemonic",
    "secret",
    "passphrase",
    "salt",
    "beaconSecret",
  ],
];
const redacted = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

// Written at once: an asynchronous log loses its last lines at an exit.
export const output = pino.destination({ dest: 1, sync: true });

export function makeLogger(level: string, destination = output): Logger {
  return pino(
    {
      ...{ level, base: { module: "app" }, redact: { paths: redacted, censor: "[redacted]" } },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}
