import { registerErrors } from "../../core/errors.ts";

export const errors = registerErrors("beacon", {
  noContributors: 2,
  invalidProof: 3,
});
