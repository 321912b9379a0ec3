import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { toHex } from "../../core/bytes.ts";
import { DbError, rollback } from "../db/index.ts";
import { StartError, startErrorLine } from "../errors.ts";
import { exportHome, openHome } from "./homeState.ts";
import { verifyHome } from "./verifyHome.ts";

// What the CLI asks of the app's files while no node runs on them; one JSON line is the answer.
function run(): string {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { home: { type: "string" }, height: { type: "string" } },
  });
  const home = resolve(values.home ?? ".");
  const height = values.height === undefined ? undefined : BigInt(values.height);
  const [verb] = positionals;
  if (verb === "export") return exportHome(home, height);
  if (verb === "verify") return JSON.stringify({ checks: verifyHome(home) });
  if (verb === "rollback") {
    const { options } = openHome(home);
    const to = height === undefined ? {} : { toHeight: height };
    const done = rollback(join(home, "data", "app"), { ...options, ...to });
    return JSON.stringify({ height: String(done.height), app_hash: toHex(done.appHash) });
  }
  throw new Error(`verb: expected export, verify or rollback, got ${String(verb)}`);
}

try {
  process.stdout.write(`${run()}\n`);
} catch (error) {
  let refusal = error;
  if (error instanceof DbError)
    refusal = new StartError(error.code, error.message, error.fix, error);
  if (!(refusal instanceof StartError)) throw error;
  process.stdout.write(`${startErrorLine(refusal)}\n`);
  process.exitCode = 1;
}
