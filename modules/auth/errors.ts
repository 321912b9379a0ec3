import { registerErrors } from "../../core/errors.ts";

/** None of its own: what auth refuses carries the SDK's root codes. */
export const errors = registerErrors("auth", {});
