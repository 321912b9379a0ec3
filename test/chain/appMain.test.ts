import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, it } from "node:test";
import { readAppToml } from "../../app/appHome.ts";
import { StartError } from "../../app/errors.ts";
import { appProgram } from "../../cli/home/programs.ts";
import { AbciClient } from "../support/abci.ts";
import { genesisFor, testPower, type AppState } from "../support/chainGenesis.ts";
import { testKey, testProposer } from "../support/keys.ts";
import { withoutWebAssembly } from "../support/withoutWebAssembly.ts";

const homes: string[] = [];
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const chainId = "assay-main-1";

/** A home with keys and a genesis file as `assay init` writes them. */
function makeHome(edit: (state: AppState) => void = () => undefined, beaconKey?: object): string {
  const home = mkdtempSync(join(tmpdir(), "assay-main-"));
  homes.push(home);
  mkdirSync(join(home, "config"));
  const proposer = testProposer(0);
  const state = genesisFor({
    ...{ chainId, timeMs: 1_700_000_000_000n },
    ...{ accounts: [testKey("alice")], proposers: [proposer] },
  });
  edit(state);
  const genesis = {
    chain_id: chainId,
    validators: [{ pub_key: { value: base64(proposer.publicKey) }, power: String(testPower) }],
    app_state: state,
  };
  const write = (name: string, value: object): void =>
    writeFileSync(join(home, "config", name), JSON.stringify(value), { mode: 0o600 });
  write("genesis.json", genesis);
  write("priv_validator_key.json", {
    pub_key: { value: base64(proposer.publicKey) },
    priv_key: { value: base64(proposer.secret) },
  });
  if (beaconKey !== undefined) write("beacon_key.json", beaconKey);
  return home;
}

type Line = Record<string, unknown>;

/** Starts the app and collects its lines; `ended` gives the exit code. */
function run(
  home: string,
  env: NodeJS.ProcessEnv = {},
): {
  line(test: (line: Line) => boolean): Promise<Line>;
  kill(): void;
  ended: Promise<number | null>;
  lines: Line[];
} {
  const { command, args } = appProgram("--home", home);
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const lines: Line[] = [];
  let look = (): void => undefined;
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (text) => {
    lines.push(JSON.parse(text) as Line);
    look();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    ...{ ended, lines },
    kill: () => void child.kill("SIGTERM"),
    line: (test) =>
      new Promise((resolve, reject) => {
        look = () => {
          const found = lines.find(test);
          if (found !== undefined) resolve(found);
        };
        look();
        void ended.then((code) =>
          reject(new Error(`ended with ${code}: ${JSON.stringify(lines)}`)),
        );
      }),
  };
}

describe("app: main", () => {
  it("says that it is ready, answers Info, refuses a second one, and ends at SIGTERM with 0", async () => {
    const home = makeHome();
    const app = run(home);
    const ready = await app.line((line) => line["ready"] === true);
    assert.deepEqual(ready, { ready: true, height: "0", socket: join(home, "app.sock") });
    const client = await AbciClient.open(join(home, "app.sock"));
    client.send({ info: { version: "", blockVersion: 11n, p2pVersion: 8n, abciVersion: "2.0.0" } });
    const [answer] = await client.take(1);
    assert.deepEqual([answer?.info?.data, answer?.info?.lastBlockHeight], ["assay", 0n]);
    client.close();

    const second = run(home);
    assert.equal(await second.ended, 1);
    assert.equal(second.lines.at(-1)?.["code"], "E1402");

    app.kill();
    assert.equal(await app.ended, 0);
  });

  it("names its hasher, and starts with a warning where there is no WebAssembly", async () => {
    const started = async (env: NodeJS.ProcessEnv): Promise<unknown[]> => {
      const app = run(makeHome(), env);
      await app.line((line) => line["ready"] === true);
      app.kill();
      assert.equal(await app.ended, 0);
      return app.lines
        .filter((line) => line["hash"] !== undefined)
        .map(({ level, msg, hash }) => [level, hash, msg]);
    };
    assert.deepEqual(await started({}), [["info", "wasm-simd", "assay"]]);
    assert.deepEqual(await started({ NODE_OPTIONS: withoutWebAssembly }), [
      ["warn", "native", "no WebAssembly SIMD: the tree's roots take longer"],
      ["info", "native", "assay"],
    ]);
  });

  it("refuses a faulty genesis with every fault, before CometBFT starts", async () => {
    const app = run(
      makeHome((state) => {
        delete state["bank"];
        state["clock"].params.slot_ms = "0";
      }),
    );
    assert.equal(await app.ended, 1);
    const line = app.lines.at(-1);
    assert.deepEqual([line?.["code"], line?.["level"]], ["E1405", 60]);
    assert.match(String(line?.["msg"]), /^genesis: 2 faults\n.*\/app_state\/bank/);
  });

  it("refuses a beacon key that is not the registered one", async () => {
    const other = { priv_key: base64(testProposer(1).beaconSecret) };
    const app = run(makeHome(undefined, other));
    assert.equal(await app.ended, 1);
    assert.equal(app.lines.at(-1)?.["code"], "E1303");
  });

  it("refuses a home without a chain", async () => {
    const home = mkdtempSync(join(tmpdir(), "assay-main-"));
    homes.push(home);
    const app = run(home);
    assert.equal(await app.ended, 1);
    assert.equal(app.lines.at(-1)?.["code"], "E1412");
  });
});

describe("app: app.toml", () => {
  const read = (text: string): ReturnType<typeof readAppToml> => {
    const home = makeHome();
    writeFileSync(join(home, "config", "app.toml"), text);
    return readAppToml(home);
  };

  it("reads prices, numbers as text or plain, and the metrics page", () => {
    const toml = read(`minimum-gas-prices = "0.0025uassay, 1stake"
min-retain-blocks = 5
pruning-keep-recent = "7"
halt-height = 9
[telemetry]
enabled = true
address = "127.0.0.1:1"`);
    assert.deepEqual(toml, {
      minGasPrices: [
        { denom: "uassay", price: 2_500_000_000_000_000n },
        { denom: "stake", price: 10n ** 18n },
      ],
      ...{ minRetainBlocks: 5n, queryGasLimit: 0n, keepVersions: 7, haltHeight: 9n },
      ...{ snapshotInterval: 1000n, snapshotKeep: 2, segmentBytes: 67_108_864 },
      ...{ metrics: "127.0.0.1:1", logLevel: "info" },
    });
    assert.equal(readAppToml(makeHome()).minGasPrices.length, 0);
  });

  it("names the field that it cannot use", () => {
    const faults: readonly (readonly [string, RegExp])[] = [
      ['minimum-gas-prices = "cheap"', /minimum-gas-prices: expected .*, got cheap/],
      ["minimum-gas-prices = 5", /minimum-gas-prices: expected text, got 5/],
      ['log-level = "loud"', /log-level: expected trace, .*, got loud/],
      ['[telemetry]\nenabled = true\naddress = "here"', /address: expected .*, got here/],
      ["min-retain-blocks = -1", /min-retain-blocks: expected a whole number, got -1/],
    ];
    for (const [text, expected] of faults) {
      assert.throws(
        () => read(text),
        (error) =>
          error instanceof StartError && error.code === "E1418" && expected.test(error.message),
      );
    }
  });
});
