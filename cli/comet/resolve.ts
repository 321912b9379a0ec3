import { access, constants, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { userError } from "../../client/errors/index.ts";
import { requireRecordedChecksum } from "./checksum.ts";
import { findGo, type Go } from "./go.ts";
import { INSTALLED_NAME, installComet } from "./install.ts";
import { expectedVersions, judgeVersion, readVersion, type VersionPolicy } from "./version.ts";

export type ResolveOptions = {
  /** `--cometbft PATH`. */
  readonly explicit?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly userHome?: string;
  readonly policy?: VersionPolicy;
  /** Building takes a minute and the network: only where the user expects it. */
  readonly allowInstall?: boolean;
  readonly log?: (line: string) => void;
};

export type ResolvedComet = {
  readonly path: string;
  readonly version: string;
  readonly source: string;
  readonly looked: readonly string[];
  readonly warning?: string;
};

/** Finds CometBFT, in the order that the documentation promises. Throws E1203, E1204 or E1205. */
export async function resolveComet(options: ResolveOptions = {}): Promise<ResolvedComet> {
  const search = new Search(options);
  return (
    (await search.named()) ??
    (await search.onPath()) ??
    (await search.inGoBins()) ??
    (await search.installed()) ??
    (await search.build()) ??
    search.refuse()
  );
}

class Search {
  readonly #options: ResolveOptions;
  readonly #env: NodeJS.ProcessEnv;
  readonly #home: string;
  readonly #policy: VersionPolicy;
  readonly #looked: string[] = [];
  #wrong: { path: string; version: string } | undefined;
  #go: Go | undefined;

  constructor(options: ResolveOptions) {
    this.#options = options;
    this.#env = options.env ?? process.env;
    this.#home = options.userHome ?? homedir();
    this.#policy = options.policy ?? "node";
  }

  /** A path that somebody named is taken or refused; another one instead would surprise. */
  async named(): Promise<ResolvedComet | undefined> {
    const { explicit } = this.#options;
    const path = explicit ?? this.#env["COMETBFT"] ?? "";
    const source = explicit === undefined ? "$COMETBFT" : "--cometbft";
    if (path === "") {
      this.#looked.push("$COMETBFT (unset)");
      return undefined;
    }
    return (await this.#take(path, `${source} ${path}`)) ?? this.refuse();
  }

  async onPath(): Promise<ResolvedComet | undefined> {
    const folders = (this.#env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
    for (const folder of folders) {
      const path = join(folder, "cometbft");
      if (!(await isProgram(path))) continue;
      const found = await this.#take(path, `PATH ${path}`);
      if (found !== undefined) return found;
    }
    if (!this.#looked.some((line) => line.startsWith("PATH"))) this.#looked.push("PATH (none)");
    return undefined;
  }

  async inGoBins(): Promise<ResolvedComet | undefined> {
    this.#go = await findGo(this.#env);
    const usual = [this.#env["GOBIN"] ?? "", join(this.#home, "go", "bin")];
    for (const folder of this.#go?.bins ?? usual.filter((f) => f !== "")) {
      const path = join(folder, "cometbft");
      const found = await this.#take(path, this.#short(folder));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async installed(): Promise<ResolvedComet | undefined> {
    const cache = this.#env["XDG_CACHE_HOME"] ?? "";
    const folders = [this.#folder, ...(cache === "" ? [] : [join(cache, "assay")])];
    for (const folder of folders) {
      const path = join(folder, INSTALLED_NAME);
      if (await isProgram(path)) await requireRecordedChecksum(path);
      const found = await this.#take(path, this.#short(path));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async build(): Promise<ResolvedComet | undefined> {
    const go = this.#go;
    if (go?.builds !== true) {
      this.#looked.push(go === undefined ? "go (none)" : `go (${go.version}, too old to build it)`);
      return undefined;
    }
    if (this.#options.allowInstall !== true || this.#env["ASSAY_COMET_INSTALL"] === "0") {
      this.#looked.push(`go (${go.version}, not asked to build it)`);
      return undefined;
    }
    const path = await installComet({
      go: go.command,
      directory: this.#folder,
      env: this.#env,
      log: this.#options.log ?? (() => undefined),
    });
    return this.#take(path, `go ${go.version}`);
  }

  refuse(): never {
    const extra = { looked: this.#looked };
    if (this.#wrong === undefined) throw userError("E1203", {}, extra);
    const expected = expectedVersions(this.#policy);
    throw userError("E1204", { ...this.#wrong, expected }, extra);
  }

  get #folder(): string {
    return join(this.#home, ".assay", "bin");
  }

  async #take(path: string, source: string): Promise<ResolvedComet | undefined> {
    if (!(await isProgram(path))) {
      this.#looked.push(`${source} (none)`);
      return undefined;
    }
    const version = (await readVersion(path)) ?? "unreadable";
    const verdict = judgeVersion(version, this.#policy);
    this.#looked.push(`${source} (${version})`);
    if (!verdict.accepted) {
      this.#wrong ??= { path, version };
      return undefined;
    }
    const warning = verdict.warning === undefined ? {} : { warning: verdict.warning };
    return { path, version, source, looked: this.#looked, ...warning };
  }

  #short(path: string): string {
    return path.startsWith(`${this.#home}/`) ? `~${path.slice(this.#home.length)}` : path;
  }
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
