import { errors } from "./errors.ts";
import { NameKind } from "./types.ts";

/** "user" or "service"; anything else is refused. */
export function kindText(kind: NameKind): string {
  if (kind === NameKind.NAME_KIND_USER) return "user";
  if (kind === NameKind.NAME_KIND_SERVICE) return "service";
  throw errors.invalidKind(`kind: expected 1 (user) or 2 (service), got ${kind}`);
}
