import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beaconSecret, blsPublicKey, makeProof } from "../../app/crypto/bls.ts";
import { buildGenesis } from "../../cli/home/genesis.ts";
import { cometSettings, initComet, writeCometConfig } from "../../cli/supervise/config.ts";
import type { Supervisor, SupervisorOptions } from "../../cli/supervise/supervisor.ts";
import { modules } from "../../app/modules.ts";
import { initHome } from "../../solo/home.ts";
import { socketPathOf } from "../../cli/home/socket.ts";
import { freeNodePorts } from "./ports.ts";
import { supervised } from "./supervised.ts";
import { withoutEmpty, type AppState } from "./chainGenesis.ts";

export type RealNode = {
  readonly rpc: string;
  readonly home: string;
  readonly chainId: string;
  readonly supervisor: Supervisor;
  /** The last lines of both processes, for a failing test. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
};

export type RealNodeOptions = {
  /** Further consensus keys that the solo engine signs with. */
  readonly soloKeys?: number;
  readonly chainId?: string;
  readonly accounts: readonly { readonly address: string; readonly amount: bigint }[];
  readonly minGasPrice?: string;
  /** Blocks all the time, not only when there is something to say. */
  readonly emptyBlocks?: boolean;
  readonly cometEnv?: NodeJS.ProcessEnv;
  readonly supervise?: Pick<SupervisorOptions, "backoffMs" | "maxRestarts">;
};

export type RealHome = {
  readonly home: string;
  readonly rpc: string;
  readonly chainId: string;
  readonly socketPath: string;
};

/** The home of one consensus validator, in a folder of its own, with free ports. */
export async function writeRealHome(comet: string, options: RealNodeOptions): Promise<RealHome> {
  const home = mkdtempSync(join(tmpdir(), "assay-node-"));
  const chainId = options.chainId ?? "assay-dev-1";
  mkdirSync(join(home, "config"), { recursive: true });
  await initComet(comet, home);
  if (options.soloKeys !== undefined) addSoloKeys(home, options.soloKeys);
  const { rpc, p2p } = await freeNodePorts();
  const socketPath = socketPathOf(home);
  const ports = { rpc, p2p };
  await writeCometConfig(home, cometSettings({ profile: "localnet", socketPath, ports }));
  const price = options.minGasPrice ?? "";
  writeFileSync(join(home, "config", "app.toml"), `minimum-gas-prices = "${price}"\n`);
  writeGenesis(home, chainId, options);
  if (options.emptyBlocks === true) {
    const file = join(home, "config", "config.toml");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace("create_empty_blocks = false", "create_empty_blocks = true"));
  }
  return { home, chainId, socketPath, rpc: `http://127.0.0.1:${rpc}` };
}

/** One consensus validator behind a real CometBFT. */
export async function startRealNode(comet: string, options: RealNodeOptions): Promise<RealNode> {
  const { home, chainId, rpc } = await writeRealHome(comet, options);
  const { cometEnv, supervise } = options;
  const lines: string[] = [];
  const supervisor = supervised(comet, home, {
    comet: { path: comet, home, ...(cometEnv === undefined ? {} : { env: cometEnv }) },
    ...supervise,
    echo: (line) => {
      lines.push(line);
      if (lines.length > 200) lines.shift();
    },
  });
  await supervisor.start();
  return {
    rpc,
    ...{ home, chainId, supervisor, lines },
    async stop() {
      await supervisor.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Keys whose validators vote with the home's own: of other homes, as the engine makes them. */
function addSoloKeys(home: string, count: number): void {
  const keys = Array.from({ length: count }, () => {
    const other = mkdtempSync(join(tmpdir(), "assay-keys-"));
    initHome(other, 1);
    const key: unknown = JSON.parse(
      readFileSync(join(other, "config", "priv_validator_key.json"), "utf8"),
    );
    rmSync(other, { recursive: true });
    return key;
  });
  writeFileSync(join(home, "config", "solo_keys.json"), JSON.stringify(keys));
}

type ValidatorKey = { address: string; pub_key: { value: string }; priv_key: { value: string } };

function validatorKeys(home: string): ValidatorKey[] {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(join(home, "config", name), "utf8"));
  const own = read("priv_validator_key.json") as ValidatorKey;
  const more = existsSync(join(home, "config", "solo_keys.json"))
    ? (read("solo_keys.json") as ValidatorKey[])
    : [];
  return [own, ...more];
}

function writeGenesis(home: string, chainId: string, options: RealNodeOptions): void {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  const validators = validatorKeys(home).map((key, i) => {
    const secret = beaconSecret(Buffer.from(key.priv_key.value, "base64"));
    return {
      ...{ name: `node${i}`, address: key.address, publicKey: key.pub_key.value, power: 10n },
      beacon: {
        pub_key: base64(blsPublicKey(secret)),
        proof_of_possession: base64(makeProof(secret)),
      },
    };
  });
  const genesis = buildGenesis({
    ...{ chainId, profile: "localnet", timeMs: Date.now(), accounts: options.accounts },
    validators,
  });
  const state = genesis["app_state"] as AppState;
  genesis["app_state"] = Object.fromEntries(
    modules.flatMap((module) =>
      module.genesis === undefined ? [] : [[module.name, withoutEmpty(state[module.name])]],
    ),
  );
  writeFileSync(join(home, "config", "genesis.json"), JSON.stringify(genesis, undefined, 2));
}
