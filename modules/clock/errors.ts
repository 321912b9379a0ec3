import { registerErrors } from "../../core/errors.ts";

/** None: no message reaches the clock. */
export const errors = registerErrors("clock", {});
