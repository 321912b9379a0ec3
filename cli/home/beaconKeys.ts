import { spawnSync } from "node:child_process";
import { UserError } from "../../client/errors/index.ts";
import { program } from "./programs.ts";

/** config/beacon_key.json: what a consensus validator signs beacon contributions with; all base64. */
export type BeaconKey = {
  readonly pub_key: string;
  readonly proof_of_possession: string;
  readonly priv_key: string;
};

/** The beacon keys that belong to consensus keys (base64), in their order. The app derives them: it has the curve. */
export function beaconKeys(consensusKeys: readonly string[]): BeaconKey[] {
  const { command, args } = program("app/beaconKeys");
  const { status, stdout, stderr } = spawnSync(command, args, {
    input: JSON.stringify(consensusKeys),
    encoding: "utf8",
  });
  if (status !== 0) throw new UserError("E1302", `beacon keys could not be made: ${stderr.trim()}`);
  return JSON.parse(stdout) as BeaconKey[];
}
