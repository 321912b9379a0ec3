import { registerErrors } from "../../core/errors.ts";

/** Numbers of the SDK's x/feegrant, which clients know. */
export const errors = registerErrors("feegrant", {
  feeLimitExceeded: 2,
  feeLimitExpired: 3,
  invalidDuration: 4,
  noAllowance: 5,
  noMessages: 6,
  messageNotAllowed: 7,
});
