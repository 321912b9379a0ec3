import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { appProgram } from "../../cli/home/programs.ts";
import { genesisFor, testPower, type AppState } from "./chainGenesis.ts";
import { testKey, testProposer, type TestProposer } from "./keys.ts";

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

export type HomeOptions = {
  readonly chainId: string;
  readonly appState?: AppState;
  readonly proposers?: readonly TestProposer[];
  readonly appToml?: string;
};

/** A home of proposer 0 with keys and a genesis file as `assay init` writes them. */
export function writeTestHome(home: string, options: HomeOptions): void {
  const { chainId, proposers = [testProposer(0)], appToml = "" } = options;
  const [first = testProposer(0)] = proposers;
  const appState =
    options.appState ??
    genesisFor({
      ...{ chainId, timeMs: 1_700_000_000_000n },
      ...{ accounts: [testKey("alice")], proposers },
    });
  mkdirSync(join(home, "config"), { recursive: true });
  const write = (name: string, value: object): void =>
    writeFileSync(join(home, "config", name), JSON.stringify(value), { mode: 0o600 });
  write("genesis.json", {
    chain_id: chainId,
    validators: proposers.map(({ publicKey }) => ({
      ...{ pub_key: { value: base64(publicKey) }, power: String(testPower) },
    })),
    app_state: appState,
  });
  write("priv_validator_key.json", {
    pub_key: { value: base64(first.publicKey) },
    priv_key: { value: base64(first.secret) },
  });
  writeFileSync(join(home, "config", "app.toml"), appToml);
}

type Line = Record<string, unknown>;

export type AppProcess = {
  readonly child: ChildProcess;
  readonly lines: readonly Line[];
  /** The socket's path; undefined when the process ended before it was ready. */
  readonly ready: Promise<string | undefined>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

/** The app of a home as a process. */
export function startApp(
  home: string,
  env: NodeJS.ProcessEnv = {},
  wrap: string[] = [],
): AppProcess {
  const { command, args } = appProgram("--home", home, "--log-level", "warn");
  const [first = command, ...rest] = [...wrap, command, ...args];
  const child = spawn(first, rest, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const lines: Line[] = [];
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal })),
  );
  const ready = new Promise<string | undefined>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      if (line["ready"] === true) resolve(String(line["socket"]));
    });
    void ended.then(() => resolve(undefined));
  });
  return { child, lines, ready, ended };
}
