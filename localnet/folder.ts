import fs from "node:fs";
import path from "node:path";
import { userError } from "../client/index.ts";
import { readJson, writeJson } from "../cli/home/files.ts";

const markerName = ".assay-localnet";
const aboutMarker =
  "This folder belongs to a local Assay network: npm start -- --reset deletes it.\n";

/** What a local network was begun with; the genesis file follows from it. */
export type Network = {
  readonly chainId: string;
  readonly validators: number;
  readonly executors: number;
  readonly portOffset: number;
  /** Whose blocks the homes hold; CometBFT's in networks that do not say. */
  readonly engine?: "comet" | "solo";
};

/**
 * The folder that holds everything of one local network. Nothing outside of it is written, and nothing is deleted
 * that lacks its marker (THREATS C15).
 */
export class Folder {
  readonly path: string;

  constructor(folder: string) {
    this.path = folder;
  }

  in(...names: readonly string[]): string {
    return path.join(this.path, ...names);
  }

  get network(): Network | undefined {
    const file = this.in("network.json");
    return fs.existsSync(file) ? (readJson(file) as Network) : undefined;
  }

  save(network: Network): void {
    writeJson(this.in("network.json"), network);
  }

  /** Makes the folder, or takes an empty or marked one; throws E1414 for any other. */
  open(): void {
    const entries = fs.existsSync(this.path) ? fs.readdirSync(this.path) : [];
    if (entries.length > 0 && !entries.includes(markerName)) {
      throw userError("E1414", { path: this.path });
    }
    fs.mkdirSync(this.path, { recursive: true, mode: 0o700 });
    fs.writeFileSync(this.in(markerName), aboutMarker, { mode: 0o600 });
  }

  /** Deletes the network; throws E1414 where the folder is none. */
  reset(): void {
    if (!fs.existsSync(this.path)) return;
    this.open();
    fs.rmSync(this.path, { recursive: true, maxRetries: 5 });
  }
}
