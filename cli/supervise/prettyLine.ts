const shown = new Set(["time", "level", "module", "msg", "pid", "hostname"]);

/** A line of the app's JSON log for people: `app   | 12:00:01 INFO  block height=7 txs=2`; others as they are. */
export function prettyLine(line: string): string {
  const split = line.indexOf("{");
  if (split < 0 || !line.endsWith("}")) return line;
  const fields = parse(line.slice(split));
  const { time, level, msg } = fields ?? {};
  if (fields === undefined || typeof level !== "string" || typeof msg !== "string") return line;
  const clock = typeof time === "string" ? `${time.slice(11, 19)} ` : "";
  const rest = Object.entries(fields)
    .filter(([name]) => !shown.has(name))
    .map(
      ([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
    );
  return `${line.slice(0, split)}${clock}${level.toUpperCase().padEnd(5)} ${msg}${rest.join("")}`;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // another program's brace
  }
}
