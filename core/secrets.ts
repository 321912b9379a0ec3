/** Fields that no log shows, wherever in an object they stand; docs/OPERATORS.md names them. */
export const secretNames: readonly string[] = [
  ...["priv_key", "privateKey", "privKey", "mnemonic", "secret", "passphrase", "salt"],
  "beaconSecret",
];

const censored = "[redacted]";
/** What is deeper is not looked at, so it is not shown either. */
const mostDepth = 8;

/** For pino's `redact`. Here because this is the one folder that the loggers of app and executor share. */
export const redaction = {
  // The names for themselves, and the star for all that may have one of them inside.
  paths: [...secretNames, "*"],
  /** What a line shows of a field; what holds no secret is not copied. */
  censor: (value: unknown, path: readonly unknown[]): unknown =>
    isSecret(path.at(-1)) ? censored : shown(value, []),
};

const isSecret = (name: unknown): boolean => typeof name === "string" && secretNames.includes(name);

function shown(value: unknown, above: readonly object[]): unknown {
  // JSON has none; without this pino would write that the whole field cannot be written.
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (above.includes(value)) return "[circular]";
  if (above.length >= mostDepth) return "[deep]";
  const inside = [...above, value];
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    const copy = list.map((one) => shown(one, inside));
    return copy.some((one, i) => one !== list[i]) ? copy : list;
  }
  // What an object says of itself in JSON is what would be written.
  if ("toJSON" in value && typeof value.toJSON === "function")
    return shown((value as { toJSON: () => unknown }).toJSON(), inside);
  let copy: Record<string, unknown> | undefined;
  for (const [name, member] of Object.entries(value) as [string, unknown][]) {
    const now = isSecret(name) ? censored : shown(member, inside);
    if (now === member) continue;
    copy ??= { ...value };
    copy[name] = now;
  }
  return copy ?? value;
}
