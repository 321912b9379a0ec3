import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { program } from "../../cli/home/programs.ts";
import { toHex } from "../../core/bytes.ts";
import { startApp } from "../support/appProcess.ts";
import type { AppState } from "../support/chainGenesis.ts";
import { CometRole } from "../support/cometRole.ts";
import { startChain } from "../support/driver.ts";
import { seededRandom } from "../support/seededRandom.ts";

const seed = Number(process.env["TEST_SEED"] ?? 1);

describe(`rollback, export and verify-home, seed ${seed}`, { timeout: 600_000 }, () => {
  const comet = new CometRole(seededRandom(seed));
  const { home } = comet;
  const changes = join(home, "data", "app", "changes");
  const never = { kind: "request", count: Infinity, afterMs: 0 } as const;

  const cli = (...words: string[]): { code: number | null; out: string; err: string } => {
    const { command, args } = program("cli/main", "--home", home, ...words);
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
    return { code: status, out: stdout, err: stderr };
  };

  before(() => comet.live(never, 12n));
  after(() => comet.remove());

  it("verify-home names what is fine: log, snapshots, app hashes, keys", () => {
    const { code, out, err } = cli("verify-home");
    assert.equal(code, 0, out + err);
    assert.match(out, /ok {4}change log +heights \d+\.\.12 in \d+ files/);
    assert.match(out, /ok {4}state snapshot (5|10) /);
    assert.match(out, new RegExp(`rebuilt up to height 12: ${toHex(comet.hashOf(12n))}`));
    assert.match(out, /ok {4}config\/priv_validator_key.json +mode 600/);
  });

  it("rollback goes one block back, or to a height; the blocks come again with the same hashes", async () => {
    const one = cli("rollback", "-o", "json");
    assert.equal(one.code, 0, one.err);
    assert.deepEqual(JSON.parse(one.out), { height: "11", app_hash: toHex(comet.hashOf(11n)) });
    const two = cli("rollback", "--height", "10");
    assert.match(two.out, /^app +height 10 /);
    assert.match(two.err, /^CometBFT replays the blocks/m);
    comet.promised = 10n;
    assert.equal((await comet.live(never, 14n)).height, 14n);
    assert.equal(cli("rollback", "--height", "99").code, 1);
    assert.match(cli("rollback", "--height", "99").err, /error E1410: .*expected a height 1\.\.14/);
    assert.equal(cli("rollback", "--height", "x").code, 64);
  });

  it("export of any kept height begins a new chain with the same state, whose invariants hold", () => {
    const { code, out, err } = cli("export", "--height", "13");
    assert.equal(code, 0, err);
    const genesis = JSON.parse(out) as { initial_height: string; app_state: AppState };
    assert.equal(genesis.initial_height, "14");
    const imported = startChain({
      proposers: 1,
      initialHeight: 14n,
      genesisMs: 1_800_000_000_000n,
      genesis: (state) => {
        for (const name of Object.keys(state)) Reflect.deleteProperty(state, name);
        Object.assign(state, genesis.app_state);
      },
    });
    imported.next({ blocks: 3 });
    imported.assertInvariants();
    assert.equal(imported.height, 16n);
    assert.equal(cli("export", "--height", "13").out, out, "exported twice");
    assert.equal(cli("export", "--height", "99").code, 1);
  });

  it("verify-home and rollback tell what a damaged log is, and a rollback heals it", async () => {
    const path = join(changes, readdirSync(changes).at(-1) ?? "");
    const bytes = readFileSync(path);
    const at = bytes.length - 20;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const found = cli("verify-home");
    assert.equal(found.code, 1);
    assert.match(found.out, /FAIL {2}change log .*byte \d+\) {3}E1419\n {8}fix {2}assay rollback/);
    assert.match(found.err, /error E1432: verify-home found 1 faults/);
    const app = startApp(home);
    assert.equal((await app.ended).code, 1);
    assert.equal(app.lines.at(-1)?.["code"], "E1419");
    const healed = cli("rollback", "-o", "json");
    assert.deepEqual(JSON.parse(healed.out), { height: "13", app_hash: toHex(comet.hashOf(13n)) });
    comet.promised = 13n;
    assert.equal((await comet.live(never, 16n)).height, 16n);
  });

  it("verify-home finds an open key file, a copied home and a running node", async () => {
    const copy = `${home}-copy`;
    cpSync(home, copy, { recursive: true });
    chmodSync(join(home, "config", "priv_validator_key.json"), 0o644);
    const found = cli("verify-home");
    rmSync(copy, { recursive: true });
    chmodSync(join(home, "config", "priv_validator_key.json"), 0o600);
    assert.match(found.out, /priv_validator_key.json .*got 644 {3}E1433/);
    assert.match(found.out, /FAIL {2}consensus key .*-copy too {3}E1434/);
    assert.match(found.err, /error E1432: verify-home found 2 faults/);

    const app = startApp(home);
    await app.ready;
    for (const verb of ["verify-home", "rollback", "export"])
      assert.match(cli(verb).err, /error E1402: /, verb);
    app.child.kill("SIGTERM");
    assert.equal((await app.ended).code, 0);
  });

  it("a home without a state is refused with E1436", () => {
    rmSync(join(home, "data"), { recursive: true });
    assert.match(cli("export").err, /error E1436: /);
  });
});
