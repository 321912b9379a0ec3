import { registerErrors } from "../../core/errors.ts";

/** Numbers of the SDK's x/bank, which clients know. */
export const errors = registerErrors("bank", {
  noInputs: 2,
  noOutputs: 3,
  inputOutputMismatch: 4,
  sendDisabled: 5,
  multipleSenders: 9,
});
