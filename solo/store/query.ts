/** One condition of CometBFT's query language: `tx.height > 5`, `transfer.sender = 'assay1…'`. */
export type Condition = {
  readonly key: string;
  readonly op: "=" | "<" | "<=" | ">" | ">=" | "CONTAINS" | "EXISTS";
  readonly value: string;
  readonly isNumber: boolean;
};

/** The query is not one; the text is for whoever wrote it. */
export class QuerySyntaxError extends Error {
  override readonly name = "QuerySyntaxError";
}

const conditionPattern =
  /^\s*([^\s'"()=<>]+)\s*(?:(EXISTS)|(<=|>=|=|<|>|CONTAINS)\s*(?:'([^']*)'|"([^"]*)"|(-?\d+(?:\.\d+)?)))\s*(?:(AND)\s|$)/;

export function parseQuery(text: string): Condition[] {
  const conditions: Condition[] = [];
  let rest = text;
  for (let joined = true; joined;) {
    const match = conditionPattern.exec(rest);
    if (match === null) {
      throw new QuerySyntaxError(`query: expected conditions joined by AND, got ${text}`);
    }
    const [whole, key = "", exists, op, single, double, number, and] = match;
    conditions.push({
      key,
      op: (exists ?? op ?? "=") as Condition["op"],
      value: single ?? double ?? number ?? "",
      isNumber: number !== undefined,
    });
    rest = rest.slice(whole.length);
    joined = and !== undefined;
  }
  return conditions;
}

/** Values by composite key: `type.attribute`. */
export type Attributes = ReadonlyMap<string, readonly string[]>;

/** Every condition is met by some value of its key. */
export function matches(conditions: readonly Condition[], attributes: Attributes): boolean {
  return conditions.every((condition) =>
    (attributes.get(condition.key) ?? []).some((value) => meets(condition, value)),
  );
}

function meets({ op, value: wanted, isNumber }: Condition, value: string): boolean {
  if (op === "EXISTS") return true;
  if (op === "CONTAINS") return value.includes(wanted);
  if (!isNumber) return op === "=" && value === wanted;
  const digits = /^-?\d+/.exec(value)?.[0];
  if (digits === undefined) return false;
  const [left, right] = wanted.includes(".")
    ? [Number(digits), Number(wanted)]
    : [BigInt(digits), BigInt(wanted)];
  if (op === "=") return left === right;
  if (op === "<") return left < right;
  if (op === "<=") return left <= right;
  return op === ">" ? left > right : left >= right;
}
