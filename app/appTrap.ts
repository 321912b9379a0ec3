import { FatalError } from "../core/errors.ts";

/** What a kernel that asked the machine for the time or for luck would get: the end of the process. */
function refuse(): never {
  throw new FatalError("kernel: expected no clock and no randomness while a block executes");
}

/** Behind the lint, a trap (STYLE 6): a block that depends on the machine never commits. */
export function withoutAmbient<T>(kernel: () => T): T {
  const { now } = Date;
  const { random } = Math;
  // An own property hides the prototype's clock and goes again.
  Date.now = refuse;
  Math.random = refuse;
  performance.now = refuse;
  try {
    return kernel();
  } finally {
    Date.now = now;
    Math.random = random;
    Reflect.deleteProperty(performance, "now");
  }
}
