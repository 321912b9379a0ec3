import { registerErrors } from "../../core/errors.ts";

export const errors = registerErrors("selection", { unknownRelease: 2, unknownTask: 3 });
