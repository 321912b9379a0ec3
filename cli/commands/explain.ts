import { errorTable } from "../../client/errors/table.ts";
import { findErrorText, userError } from "../../client/index.ts";
import type { Register } from "../register.ts";

export const register: Register = (program, context) => {
  program
    .command("explain <code>")
    .description("what an error code means and what helps")
    .action((given: string) => {
      const cli = context();
      const code = given.toUpperCase();
      const text = findErrorText(code);
      if (text === undefined) {
        const known = Object.keys(errorTable).join(" ");
        throw userError("E4011", { field: "code", expected: `one of ${known}`, actual: given });
      }
      if (cli.options.output === "json") return cli.out(JSON.stringify({ code, ...text }));
      cli.out(`${code}: ${text.template}\n\n${text.docs}\n`);
      text.hint.forEach((hint, i) => cli.out(`${i === 0 ? "  fix   " : "        "}${hint}`));
    });
};
