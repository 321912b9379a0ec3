/** One line of a table of checks: a warning lets a node run, a failure does not, or soon will not. */
export type Finding = {
  readonly level: "ok" | "warn" | "fail";
  readonly name: string;
  readonly text: string;
  /** What to type or to change; empty when all is well. */
  readonly fix?: string;
  readonly code?: string;
};

const words = { ok: "ok  ", warn: "warn", fail: "FAIL" } as const;

export function findingLines({ level, name, text, fix, code }: Finding): string[] {
  const tail = code === undefined ? "" : `   ${code}`;
  const line = `  ${words[level]}  ${name.padEnd(10)}  ${text}${tail}`;
  return fix === undefined ? [line] : [line, `                    fix: ${fix}`];
}

export const ok = (name: string, text: string): Finding => ({ level: "ok", name, text });
export const warn = (name: string, text: string, fix: string): Finding => ({
  ...{ level: "warn", name, text, fix },
});
export const fail = (name: string, text: string, fix: string, code?: string): Finding => ({
  ...{ level: "fail", name, text, fix },
  ...(code === undefined ? {} : { code }),
});
