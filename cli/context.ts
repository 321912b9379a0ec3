import { parse } from "smol-toml";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { AssayClient, userError, type ConnectOptions } from "../client/index.ts";
import { readPassphraseFile } from "../client/keyring/secretFile.ts";
import { askHidden } from "./askHidden.ts";
import { localnetData } from "./home/programs.ts";
import { yellow } from "./print.ts";
import { Keyring, requireBackendAllowed, type Backend } from "../client/keyring/keyring.ts";

/** Options of every command, after flag > environment > client.toml > default. */
export type GlobalOptions = {
  readonly home: string;
  readonly node: string;
  readonly chainId: string | undefined;
  readonly keyringBackend: Backend;
  readonly passphraseFile: string | undefined;
  readonly output: "text" | "json";
  readonly unsafe: boolean;
};

/** What a command may touch of the world: results on stdout, everything else on stderr. */
export type CliContext = {
  readonly options: GlobalOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTty: boolean;
  out(text: string): void;
  err(text: string): void;
  /** One line on stderr that shall not be overlooked: yellow where that can be seen. */
  warn(text: string): void;
  /** A read-only client, or one that signs with a key of the keyring. */
  connect(from?: string, options?: Partial<ConnectOptions>): Promise<AssayClient>;
  keyring(): Keyring;
};

type Raw = Partial<
  Record<"home" | "node" | "chainId" | "keyringBackend" | "passphraseFile" | "output", string>
> & { unsafe?: boolean };

export function defaultHome(env: CliContext["env"]): string {
  return env["ASSAY_HOME"] ?? path.join(os.homedir(), ".assay");
}

export function resolveOptions(raw: Raw, env: CliContext["env"]): GlobalOptions {
  const home = path.resolve(raw.home ?? defaultHome(env));
  const file = readToml(path.join(home, "config", "client.toml"));
  const pick = (flag: string | undefined, variable: string, key: string): string | undefined =>
    flag ?? env[variable] ?? (typeof file[key] === "string" ? file[key] : undefined);
  return {
    home,
    node: pick(raw.node, "ASSAY_NODE", "node") ?? localnetNodes() ?? "http://127.0.0.1:26657",
    chainId: pick(raw.chainId, "ASSAY_CHAIN_ID", "chain-id"),
    keyringBackend: (pick(raw.keyringBackend, "ASSAY_KEYRING_BACKEND", "keyring-backend") ??
      "file") as Backend,
    passphraseFile: raw.passphraseFile,
    output: (pick(raw.output, "ASSAY_OUTPUT", "output") ?? "text") === "json" ? "json" : "text",
    unsafe: raw.unsafe ?? false,
  };
}

/** All nodes of this checkout's local network: commands go on when one of them is killed. */
function localnetNodes(): string | undefined {
  const { node } = readToml(path.join(localnetData, "client.toml"));
  return typeof node === "string" ? node : undefined;
}

function readToml(file: string): Record<string, unknown> {
  return fs.existsSync(file) ? parse(fs.readFileSync(file, "utf8")) : {};
}

/** CometBFT's tcp:// is what client.toml holds in SDK homes; fetch wants http://. */
function httpUrl(node: string): string {
  return node.replace(/^tcp:\/\//, "http://");
}

export function makeContext(
  raw: Raw,
  env: CliContext["env"],
  streams: { out(text: string): void; err(text: string): void; isTty: boolean },
): CliContext {
  const options = resolveOptions(raw, env);
  const prefix = "assay";
  let ring: Keyring | undefined;
  const keyring = (): Keyring =>
    (ring ??= new Keyring({
      home: options.home,
      backend: options.keyringBackend,
      prefix,
      passphrase: () => readPassphrase(options),
    }));
  return {
    options,
    env,
    isTty: streams.isTty,
    out: (text) => streams.out(`${text}\n`),
    err: (text) => streams.err(`${text}\n`),
    warn: (text) => streams.err(`${yellow(text, env)}\n`),
    keyring,
    async connect(from, more = {}) {
      const nodes = options.node.split(",").map(httpUrl);
      if (from === undefined) return AssayClient.connect(nodes, more);
      const reader = await AssayClient.connect(nodes);
      requireBackendAllowed(options.keyringBackend, reader.chainId, options.unsafe);
      return AssayClient.connect(nodes, { ...more, signer: await keyring().signer(from) });
    },
  };
}

function readPassphrase({ passphraseFile, keyringBackend: backend }: GlobalOptions): string {
  if (passphraseFile !== undefined) return readPassphraseFile(passphraseFile);
  const text = askHidden("passphrase: ");
  if (text === undefined || text === "") throw userError("E1504", { backend });
  return text;
}
