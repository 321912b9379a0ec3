import { errorTable, type ErrorCode, type ErrorText } from "./table.ts";

type Names<T extends string> = T extends `${string}{${infer N}}${infer R}` ? N | Names<R> : never;

/** The values that the template of a code needs, by name. */
export type ErrorValues<C extends ErrorCode> = Readonly<
  Record<Names<(typeof errorTable)[C]["template"]>, string | number | bigint>
>;

export type ErrorExtra = {
  /** Places that were searched, each with what was found there. */
  readonly looked?: readonly string[];
  /** Replaces the hint of the table. */
  readonly fix?: readonly string[];
  readonly cause?: unknown;
};

/** An error that a person can act on: what, where it looked, how to fix it, where to read more. */
export class UserError extends Error {
  override readonly name: string = "UserError";
  readonly code: string;
  readonly what: string;
  readonly looked: readonly string[];
  readonly fix: readonly string[];

  constructor(code: string, what: string, extra: ErrorExtra = {}) {
    super(`${code}: ${what}`, extra.cause === undefined ? {} : { cause: extra.cause });
    this.code = code;
    this.what = what;
    this.looked = extra.looked ?? [];
    this.fix = extra.fix ?? findErrorText(code)?.hint ?? [];
  }
}

/** The template of a code with its values filled in. */
export function errorText<C extends ErrorCode>(code: C, values: ErrorValues<C>): string {
  // One pass: a value may itself look like a name in braces.
  const named = new Map(Object.entries<string | number | bigint>(values));
  return errorTable[code].template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(named.get(name) ?? whole),
  );
}

export function userError<C extends ErrorCode>(
  code: C,
  values: ErrorValues<C>,
  extra: ErrorExtra = {},
): UserError {
  return new UserError(code, errorText(code, values), extra);
}

export function findErrorText(code: string): ErrorText | undefined {
  return Object.hasOwn(errorTable, code) ? errorTable[code as ErrorCode] : undefined;
}

export function renderError(error: UserError): string {
  const lines = [`error ${error.code}: ${error.what}`];
  if (error.looked.length > 0) lines.push(`  looked in  ${error.looked.join(" · ")}`);
  error.fix.forEach((line, i) =>
    lines.push(`${i === 0 ? "  fix        " : "             "}${line}`),
  );
  lines.push(`  more       assay explain ${error.code}`);
  return lines.join("\n");
}
