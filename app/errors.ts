/** The app's refusal to start: a code of the one error table, and what to do about it. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly code: string;
  readonly fix: readonly string[];

  constructor(code: string, message: string, fix: readonly string[], cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.fix = fix;
  }
}

/** One JSON line for the supervisor, which prints it in the form of every other user error. */
export function startErrorLine(error: StartError): string {
  return JSON.stringify({
    level: 60,
    code: error.code,
    msg: error.message,
    fix: error.fix,
  });
}
