export { errorTable, type ErrorCode, type ErrorText } from "./table.ts";
export {
  UserError,
  errorText,
  findErrorText,
  renderError,
  userError,
  type ErrorExtra,
  type ErrorValues,
} from "./userError.ts";
