import type { Register } from "../main.ts";

/** Every command, in the order of the help. */
export const commands: readonly Register[] = [];
