import { userError } from "../errors/index.ts";

/** How a web service answers a task. */
export type HttpRunner = {
  readonly kind: "http";
  readonly url: string;
  readonly method: string;
  /** May hold {name} or {/json/pointer}: values of the JSON input, URL-encoded. */
  readonly path: string;
  readonly body: "input" | "none";
  readonly headers: ReadonlyMap<string, string>;
  /** JSON pointer into a JSON answer that is the output; "": the whole body as it is. */
  readonly output: string;
  readonly timeoutMs: number;
};

/** How a program answers a task: input on stdin, output on stdout. */
export type ProcessRunner = {
  readonly kind: "process";
  readonly command: readonly string[];
  readonly timeoutMs: number;
  readonly memoryBytes: number;
};

export type ManifestTask = {
  readonly key: string;
  readonly compare: "EXACT" | "FIELDS";
  readonly fields: readonly string[];
  readonly perCall: bigint;
  readonly perKib: bigint;
  readonly maxInput: number;
  readonly maxOutput: number;
  readonly commitBlocks: number;
  readonly revealBlocks: number;
  readonly minValidators: number;
  readonly runtimeClass: string;
  readonly runner: HttpRunner | ProcessRunner;
};

/** service.yml after checks; amounts in base units. */
export type Manifest = {
  readonly sid: string;
  readonly version: string;
  readonly name: string;
  readonly description: string;
  readonly minBond: bigint;
  readonly minCommitmentMs: bigint;
  /** Scaled by 1e18. */
  readonly authorShare: bigint;
  readonly tasks: readonly ManifestTask[];
};

/** Tells where in the file a value stands: "service.yml:14:7". */
export type Where = (path: readonly (string | number)[]) => string;

type Place = { readonly value: unknown; readonly path: readonly string[]; readonly where: Where };

const lowestBond = 1_000_000n;

/** Checks the parsed YAML; throws E4011 with the place, what was expected and what came. */
export function readManifest(root: unknown, where: Where): Manifest {
  const place: Place = { value: root, path: [], where };
  const top = fields(place, [
    "sid",
    "version",
    "name",
    "description",
    "min_bond",
    "min_commitment",
    "author_share",
    "http",
    "process",
    "tasks",
  ]);
  const taskPlaces = entries(required(top("tasks"), "at least one task"));
  const tasks = taskPlaces.map(([key, task]) => readTask(key, task, top("http"), top("process")));
  tasks.sort((a, b) => (a.key < b.key ? -1 : 1));
  const sid = text(required(top("sid"), "the service's name"));
  return {
    sid,
    version: text(required(top("version"), 'a quoted version like "1.0.0"')),
    name: optional(top("name"), text) ?? sid,
    description: optional(top("description"), text) ?? "",
    minBond: optional(top("min_bond"), integer) ?? defaultBond(tasks),
    minCommitmentMs: BigInt(optional(top("min_commitment"), duration) ?? 60_000),
    authorShare: optional(top("author_share"), fraction) ?? 0n,
    tasks,
  };
}

/** The lowest bond that the chain accepts: 1,000 x the highest price of a call (PROTOCOL 4). */
function defaultBond(tasks: readonly ManifestTask[]): bigint {
  const highest = tasks.map(
    ({ perCall, perKib, maxInput }) =>
      1000n * (perCall + perKib * BigInt(Math.ceil(maxInput / 1024))),
  );
  return highest.reduce((most, one) => (one > most ? one : most), lowestBond);
}

function readTask(key: string, place: Place, http: Place, process: Place): ManifestTask {
  const own = fields(place, [
    "compare",
    "fields",
    "price",
    "max_input",
    "max_output",
    "commit_blocks",
    "reveal_blocks",
    "min_validators",
    "runtime_class",
    "http",
    "process",
  ]);
  const price = fields(own("price"), ["per_call", "per_kib"]);
  const compare = optional(own("compare"), oneOf(["EXACT", "FIELDS"] as const)) ?? "EXACT";
  const pointers = optional(own("fields"), list(text)) ?? [];
  if ((compare === "FIELDS") !== pointers.length > 0) {
    throw bad(
      own("fields"),
      compare === "FIELDS" ? "JSON pointers to compare" : "no fields with EXACT",
      pointers.join(" "),
    );
  }
  const runner =
    own("process").value !== undefined ||
    (own("http").value === undefined && process.value !== undefined)
      ? readProcess(own("process"), process)
      : readHttp(key, own("http"), http);
  return {
    key,
    compare,
    fields: pointers,
    perCall: optional(price("per_call"), integer) ?? 1000n,
    perKib: optional(price("per_kib"), integer) ?? 0n,
    maxInput: optional(own("max_input"), count) ?? 8192,
    maxOutput: optional(own("max_output"), count) ?? 8192,
    commitBlocks: optional(own("commit_blocks"), count) ?? 40,
    revealBlocks: optional(own("reveal_blocks"), count) ?? 40,
    minValidators: optional(own("min_validators"), count) ?? 0,
    runtimeClass: optional(own("runtime_class"), text) ?? "",
    runner,
  };
}

function readHttp(key: string, place: Place, shared: Place): HttpRunner {
  const names = ["url", "method", "path", "body", "headers", "output", "timeout"];
  const own = fields(place, names);
  const base = fields(shared, names);
  const pick = <T>(name: string, read: (place: Place) => T): T | undefined =>
    optional(own(name), read) ?? optional(base(name), read);
  const method =
    pick("method", oneOf(["GET", "POST", "PUT", "DELETE", "PATCH"] as const)) ?? "POST";
  const url = pick("url", text);
  if (url === undefined)
    throw bad(own("url"), "the URL of the web service, here or in http at the top", "none");
  return {
    kind: "http",
    url,
    method,
    path: pick("path", text) ?? `/${key}`,
    body: pick("body", oneOf(["input", "none"] as const)) ?? (method === "GET" ? "none" : "input"),
    headers: new Map(
      pick("headers", entries)?.map(([name, value]) => [name, text(value)] as const) ?? [],
    ),
    output: pick("output", text) ?? "",
    timeoutMs: pick("timeout", duration) ?? 10_000,
  };
}

function readProcess(place: Place, shared: Place): ProcessRunner {
  const names = ["command", "timeout", "memory"];
  const own = fields(place, names);
  const base = fields(shared, names);
  const pick = <T>(name: string, read: (place: Place) => T): T | undefined =>
    optional(own(name), read) ?? optional(base(name), read);
  const command = pick("command", list(text));
  if (command === undefined || command.length === 0)
    throw bad(own("command"), "a program and its arguments", "none");
  return {
    kind: "process",
    command,
    timeoutMs: pick("timeout", duration) ?? 10_000,
    memoryBytes: pick("memory", size) ?? 512 * 1024 * 1024,
  };
}

function shown(value: unknown): string {
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) ? "a list" : "a mapping";
  return typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? "nothing");
}

function bad(place: Place, expected: string, actual: string): Error {
  const field = `${place.where(place.path)}  ${place.path.join(".")}`;
  return userError("E4011", { field, expected, actual });
}

function required(place: Place, expected: string): Place {
  if (place.value === undefined) throw bad(place, expected, "nothing");
  return place;
}

function optional<T>(place: Place, read: (place: Place) => T): T | undefined {
  return place.value === undefined ? undefined : read(place);
}

/** Members of a mapping by name; a name outside the list is an error that suggests the nearest one. */
function fields(place: Place, names: readonly string[]): (name: string) => Place {
  const members = place.value === undefined ? {} : place.value;
  if (!isRecord(members)) throw bad(place, "a mapping", shown(members));
  for (const name of Object.keys(members)) {
    if (!names.includes(name))
      throw bad(
        { ...place, path: [...place.path, name] },
        `one of ${names.join(", ")}`,
        `"${name}"`,
      );
  }
  return (name) => ({
    value: members[name] ?? undefined,
    path: [...place.path, name],
    where: place.where,
  });
}

function entries(place: Place): [string, Place][] {
  if (!isRecord(place.value)) throw bad(place, "a mapping", shown(place.value));
  return Object.entries(place.value).map(([name, value]) => [
    name,
    { value, path: [...place.path, name], where: place.where },
  ]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(place: Place): string {
  if (typeof place.value !== "string") throw bad(place, "text in quotes", shown(place.value));
  return place.value;
}

function list<T>(read: (place: Place) => T): (place: Place) => T[] {
  return (place) => {
    if (!Array.isArray(place.value)) throw bad(place, "a list", shown(place.value));
    return place.value.map((value, i) =>
      read({ value, path: [...place.path, String(i)], where: place.where }),
    );
  };
}

function oneOf<const T extends readonly string[]>(allowed: T): (place: Place) => T[number] {
  return (place) => {
    const found = allowed.find((one) => one === place.value);
    if (found === undefined) throw bad(place, allowed.join(", "), shown(place.value));
    return found;
  };
}

function integer(place: Place): bigint {
  const { value } = place;
  if (typeof value === "bigint" && value >= 0n) return value;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  if (typeof value === "string" && /^(0|[1-9]\d{0,38})$/.test(value)) return BigInt(value);
  throw bad(place, "a whole number of base units", shown(value));
}

function count(place: Place): number {
  const value = integer(place);
  if (value > 0xffffffffn) throw bad(place, "at most 2^32 - 1", String(value));
  return Number(value);
}

/** Text as it stands for numbers and texts; nothing for the rest, which may refer to itself. */
function scalarText({ value }: Place): string {
  return typeof value === "object" ? "" : String(value);
}

/** "0.1" or 0.1, scaled by 1e18. */
function fraction(place: Place): bigint {
  const found = /^(0|1)(?:\.(\d{1,18}))?$/.exec(scalarText(place));
  if (found === null) throw bad(place, 'a share like "0.1"', shown(place.value));
  return BigInt(found[1] ?? "0") * 10n ** 18n + BigInt((found[2] ?? "").padEnd(18, "0"));
}

// Maps: a plain object would know "constructor" too.
const units: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["min", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);
const sizes: ReadonlyMap<string, number> = new Map([
  ["kB", 1000],
  ["MB", 1e6],
  ["GB", 1e9],
  ["KiB", 1024],
  ["MiB", 1024 ** 2],
  ["GiB", 1024 ** 3],
]);

function scaled(place: Place, table: ReadonlyMap<string, number>, example: string): number {
  const found = /^(\d{1,9})\s?([A-Za-z]+)$/.exec(scalarText(place));
  const unit = table.get(found?.[2] ?? "");
  if (found === null || unit === undefined)
    throw bad(place, `a value like ${example}`, shown(place.value));
  return Number(found[1]) * unit;
}

function duration(place: Place): number {
  return scaled(place, units, "10s (ms, s, min, h, d)");
}

function size(place: Place): number {
  return scaled(place, sizes, "256MB");
}
