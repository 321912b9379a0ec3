import type { Address } from "../../core/brand.ts";
import type { ReadCtx } from "../../core/context.ts";
import { instances, services } from "./state.ts";
import type { Instance, Service } from "./types.ts";

export { changedInstances } from "./changes.ts";
export { nameCommitment } from "./commitments.ts";
export { checkDefinition, definitionHash, highestPrice } from "./definition.ts";
export { errors } from "./errors.ts";
export { hold, release } from "./holds.ts";
export { registryModule } from "./module.ts";
export { requireService } from "./name.ts";
export { isName } from "./names.ts";
export { defaultParams } from "./params.ts";
export { findRelease, findTask, highestActiveRelease, resolveRelease } from "./releases.ts";
export {
  Compare,
  Definition,
  Instance,
  NameKind,
  Price,
  Release,
  ReleaseStatus,
  Role,
  Service,
  TaskDefinition,
} from "./types.ts";
export type { Artifact, EventDefinition, GenesisState, Params, User } from "./types.ts";
export { compareVersions, isVersion } from "./versions.ts";

/** undefined for a name that nobody owns. */
export function findService(ctx: ReadCtx, name: string): Service | undefined {
  return services.get(ctx, name);
}

/** A node's announcement that it runs a release of the service; whether it is alive is its lease's matter. */
export function findInstance(ctx: ReadCtx, service: string, node: Address): Instance | undefined {
  return instances.get(ctx, [service, node]);
}
