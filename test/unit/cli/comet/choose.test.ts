import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { UserError } from "../../../../client/errors/index.ts";
import { chooseEngine, readEngineName, soloFallback } from "../../../../cli/comet/choose.ts";
import {
  engineCommand,
  engineEnv,
  engineOf,
  requireEngineFits,
  soloPath,
} from "../../../../cli/supervise/engine.ts";

const code = (expected: string) => (error: unknown) =>
  error instanceof UserError && error.code === expected;

describe("cli: choice of the engine", () => {
  let home = "";
  const none = () => ({ env: { PATH: join(home, "empty") }, userHome: home, allowInstall: true });
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), "assay-engine-"))));
  afterEach(() => rmSync(home, { recursive: true }));
  const run = (...args: string[]) => {
    const { command, args: own } = engineCommand(soloPath, ...args, "--home", home);
    return spawnSync(command, own, { encoding: "utf8", timeout: 60_000 });
  };
  const data = (name: string): void => {
    mkdirSync(join(home, "data", name), { recursive: true });
  };

  it("auto is the solo engine with one line about it, where there is no CometBFT and no Go", async () => {
    const chosen = await chooseEngine("auto", none());
    assert.deepEqual([chosen.name, chosen.path, chosen.warning], ["solo", soloPath, soloFallback]);
    assert.ok(!soloFallback.includes("\n"));
    assert.match(soloFallback, /Go >= 1\.22\.11.*COMETBFT=/);
  });

  it("comet is an error there, and so is a CometBFT that was named and is missing", async () => {
    await assert.rejects(chooseEngine("comet", none()), code("E1203"));
    const env = { ...none().env, COMETBFT: join(home, "nothing") };
    await assert.rejects(chooseEngine("auto", { ...none(), env }), code("E1203"));
  });

  it("solo asks for no CometBFT and says nothing", async () => {
    const chosen = await chooseEngine("solo", none());
    assert.deepEqual([chosen.name, chosen.warning], ["solo", undefined]);
  });

  it("another name is refused", () => {
    assert.equal(readEngineName(undefined), undefined);
    assert.throws(() => readEngineName("tendermint"), code("E4011"));
  });

  it("CometBFT has more places for goroutines than a small machine has cores, unless the operator set them", () => {
    assert.ok(Number(engineEnv({})["GOMAXPROCS"]) >= Math.max(16, availableParallelism()));
    assert.deepEqual(engineEnv({ GOMAXPROCS: "2" }), { GOMAXPROCS: "2" });
  });

  it("E1206: the solo engine takes only chains whose names say that they are for development", () => {
    for (const chain of ["assay-local-1", "x-dev-12"]) requireEngineFits(soloPath, home, chain);
    for (const chain of ["assay-1", "local-1x", "assay-local", "dev-1", "assay-local-1-main"])
      assert.throws(() => requireEngineFits(soloPath, home, chain), code("E1206"), chain);
  });

  it("E1206: the engine itself refuses too, before it opens anything", () => {
    assert.equal(run("init").status, 0);
    const file = join(home, "config", "genesis.json");
    const genesis = JSON.parse(readFileSync(file, "utf8")) as { chain_id: string };
    writeFileSync(file, JSON.stringify({ ...genesis, chain_id: "assay-1" }));
    const { status, stderr } = run("start");
    assert.equal(status, 1);
    assert.match(stderr, /error E1206: the solo engine does not run chain assay-1/);
    assert.ok(!existsSync(join(home, "data", "solo", "blocks.log")));
  });

  it("E1207: neither engine opens a home of the other", () => {
    assert.equal(engineOf(home), undefined);
    data("solo");
    assert.equal(engineOf(home), "solo");
    requireEngineFits(soloPath, home, "x-dev-1");
    assert.throws(() => requireEngineFits("/bin/cometbft", home, "x-dev-1"), code("E1207"));
    data("blockstore.db");
    assert.equal(engineOf(home), "comet");
    assert.throws(() => requireEngineFits(soloPath, home, "x-dev-1"), code("E1207"));
    const { status, stderr } = run("init");
    assert.equal(status, 1);
    assert.match(stderr, /error E1207: .* was written with CometBFT/);
  });

  it("init leaves what is there, and makes as many keys as it is asked for", () => {
    assert.equal(run("init", "--keys", "3").status, 0);
    const read = (name: string) => readFileSync(join(home, "config", name), "utf8");
    const files = ["priv_validator_key.json", "node_key.json", "solo_keys.json", "genesis.json"];
    const before = files.map(read);
    assert.equal(run("init", "--keys", "3").status, 0);
    assert.deepEqual(files.map(read), before);
    const { validators } = JSON.parse(read("genesis.json")) as { validators: unknown[] };
    assert.equal(validators.length, 3);
    assert.match(run("show-node-id").stdout, /^[0-9a-f]{40}\n$/);
    assert.equal(run("version").stdout, "0.38.25-solo\n");
    assert.equal(run("unsafe-reset-all").status, 64);
  });
});
