import type { Command } from "commander";
import type { CliContext } from "./context.ts";

/** A command adds itself to the program; `context` is made when it runs, from the flags that were given. */
export type Register = (program: Command, context: () => CliContext) => void;
