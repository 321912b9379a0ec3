import { registerErrors } from "../../core/errors.ts";

/** No message, so nothing to refuse yet; the codespace is taken. */
export const errors = registerErrors("reputation", {});
