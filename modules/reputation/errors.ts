import { registerErrors } from "../../core/errors.ts";

/** No message: only genesis is refused. */
export const errors = registerErrors("reputation", { epochAhead: 2 });
