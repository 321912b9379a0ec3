import { UserError, userError } from "../../client/errors/index.ts";
import {
  engineNames,
  engineOf,
  isDevelopment,
  soloPath,
  type EngineName,
} from "../supervise/engine.ts";
import { resolveComet, type ResolveOptions } from "./resolve.ts";

export type ChosenEngine = {
  readonly name: "comet" | "solo";
  readonly path: string;
  readonly version: string;
  /** One line for the operator. */
  readonly warning?: string;
};

export const soloFallback =
  "no CometBFT found: running the solo engine (development, no consensus); " +
  "for the real one install Go >= 1.22.11, or set COMETBFT=/path/to/cometbft";

const solo: ChosenEngine = { name: "solo", path: soloPath, version: "solo" };

export function readEngineName(text: string | undefined): EngineName | undefined {
  if (text === undefined || (engineNames as readonly string[]).includes(text)) {
    return text as EngineName | undefined;
  }
  throw userError("E4011", { field: "--engine", expected: engineNames.join(", "), actual: text });
}

/** What somebody names, else whose blocks the home holds, else CometBFT; the solo engine takes no real chain. */
export function wantedEngine(named: string | undefined, home: string, chainId: string): EngineName {
  const local = isDevelopment(chainId);
  const wanted = readEngineName(named) ?? engineOf(home) ?? (local ? "auto" : "comet");
  return wanted === "auto" && !local ? "comet" : wanted;
}

/** `auto` is CometBFT where it is found or can be built, and the solo engine with a word about it elsewhere. */
export async function chooseEngine(
  wanted: EngineName,
  options: ResolveOptions,
): Promise<ChosenEngine> {
  if (wanted === "solo") return solo;
  try {
    const { path, version, warning } = await resolveComet(options);
    return { name: "comet", path, version, ...(warning === undefined ? {} : { warning }) };
  } catch (error) {
    const none = error instanceof UserError && error.code === "E1203";
    // A program that somebody named and that is not there is an error, not a fall-through.
    const named = options.explicit ?? options.env?.["COMETBFT"] ?? "";
    if (wanted !== "auto" || !none || named !== "") throw error;
    return { ...solo, warning: soloFallback };
  }
}
