export { errors } from "./errors.ts";
export { findGrant, useGrant, type Parties } from "./grants.ts";
export { feegrantModule } from "./module.ts";
