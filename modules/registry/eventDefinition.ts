import type { Dec } from "../../core/brand.ts";
import { one } from "../../core/math/dec.ts";
import { divFloor } from "../../core/math/integers.ts";
import { checkRange, limits, refuse } from "./limits.ts";
import type { EventDefinition } from "./types.ts";

const minQuorum = divFloor(one, 2n) as Dec;

/** Declared for a later version, which serves ballots. */
export function checkEvent(event: EventDefinition): void {
  const at = (field: string): string => `${event.key}.${field}`;
  checkRange(at("window_blocks"), event.windowBlocks, ...limits.commitBlocks);
  if (event.open) checkRange(at("reveal_blocks"), event.revealBlocks, 0, 0);
  else checkRange(at("reveal_blocks"), event.revealBlocks, ...limits.revealBlocks);
  if (event.quorum < minQuorum || event.quorum >= one) {
    refuse(at("quorum"), `${minQuorum} up to below ${one}`, event.quorum);
  }
  checkRange(at("min_emitters"), event.minEmitters, 1, limits.emitters);
  checkRange(at("max_bytes"), event.maxBytes, 0, limits.inlineBytes);
}
