import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { beaconKeys } from "../../../cli/home/beaconKeys.ts";
import { writeJson } from "../../../cli/home/files.ts";
import { buildGenesis } from "../../../cli/home/genesis.ts";
import {
  addGenesisAccount,
  requireNotStarted,
  requireSound,
  setValidators,
  type GenesisJson,
} from "../../../cli/home/genesisFile.ts";
import { makeGentx, readGentx, type Gentx } from "../../../cli/home/gentx.ts";
import { UserError } from "../../../client/index.ts";
import { testKey } from "../../support/keys.ts";

const chainId = "assay-dev-1";
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "assay-genesis-"));

/** A home with the keys that `assay init` makes. */
function makeHome(name: string): string {
  const home = path.join(folder, name);
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const open = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32);
  const secret = Buffer.concat([seed, open]).toString("base64");
  const address = createHash("sha256").update(open).digest("hex").slice(0, 40).toUpperCase();
  writeJson(path.join(home, "config", "priv_validator_key.json"), {
    address,
    pub_key: { value: open.toString("base64") },
    priv_key: { value: secret },
  });
  writeJson(path.join(home, "config", "beacon_key.json"), beaconKeys([secret])[0]);
  fs.writeFileSync(
    path.join(home, "config", "config.toml"),
    '[p2p]\nladdr = "tcp://0.0.0.0:26656"\n',
  );
  return home;
}

const gentxOf = (name: string, id = name): Gentx =>
  makeGentx({
    ...{ home: makeHome(name), chainId, moniker: name, power: 10n, nodeId: id, host: "10.0.0.1" },
  });

const emptyGenesis = (): GenesisJson =>
  buildGenesis({
    ...{ chainId, profile: "localnet", timeMs: 1_700_000_000_000, validators: [], accounts: [] },
  }) as unknown as GenesisJson;

const hasCode =
  (code: string, words = /./) =>
  (error: unknown): boolean =>
    error instanceof UserError && error.code === code && words.test(error.what);

function written(value: unknown): string {
  const file = path.join(folder, `file-${Math.random()}.json`);
  writeJson(file, value);
  return file;
}

describe("cli: gentx files", () => {
  const good = gentxOf("a");

  it("are read as they were written", () => {
    assert.deepEqual(readGentx(written(good), chainId), good);
    assert.equal(good.peer, "a@10.0.0.1:26656");
  });

  it("are refused for another chain", () => {
    assert.throws(() => readGentx(written(good), "other-1"), hasCode("E4011", /chain_id/));
  });

  it("hold no secret", () => {
    const key = fs.readFileSync(
      path.join(folder, "a", "config", "priv_validator_key.json"),
      "utf8",
    );
    const { priv_key: secret } = JSON.parse(key) as { priv_key: { value: string } };
    assert.ok(!JSON.stringify(good).includes(secret.value.slice(0, 40)));
  });

  const changes: Record<string, Partial<Gentx>> = {
    power: { power: "11" },
    peer: { peer: "a@10.0.0.2:26656" },
    moniker: { moniker: "b" },
    "beacon key": { beacon: gentxOf("other").beacon },
    "consensus key": { pub_key: gentxOf("third").pub_key },
    signature: { signature: Buffer.alloc(64).toString("base64") },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`are refused with another ${what}`, () => {
      const file = written({ ...good, ...change });
      assert.throws(() => readGentx(file, chainId), hasCode("E4011", /signature/));
    });
  }

  it("are refused without a field", () => {
    const file = written({ ...good, power: undefined });
    assert.throws(() => readGentx(file, chainId), hasCode("E4011", /other fields/));
  });
});

describe("cli: genesis file", () => {
  const four = ["n0", "n1", "n2", "n3"].map((name) => gentxOf(name));

  it("is the same for every order of gentx files, and sound by the app's judgement", () => {
    const [one, two] = [emptyGenesis(), emptyGenesis()];
    addGenesisAccount(one, testKey("alice").address, 5n);
    addGenesisAccount(two, testKey("alice").address, 5n);
    setValidators(one, four);
    setValidators(two, four.toReversed());
    assert.deepEqual(one, two);
    requireSound(written(one));
  });

  it("adds each account once, and its coins to the supply", () => {
    const genesis = emptyGenesis();
    addGenesisAccount(genesis, testKey("alice").address, 5n);
    addGenesisAccount(genesis, testKey("bob").address, 7n);
    assert.deepEqual(genesis.app_state.bank.supply, [{ denom: "uassay", amount: "12" }]);
    const again = (): void => addGenesisAccount(genesis, testKey("bob").address, 7n);
    assert.throws(again, hasCode("E4011"));
  });

  it("refuses two validators of one key or one name, and says which", () => {
    const [first] = four;
    assert.ok(first !== undefined);
    const twice = (): void => setValidators(emptyGenesis(), [first, { ...first, moniker: "x" }]);
    assert.throws(twice, hasCode("E4011", /gentx address/));
    const named = { ...(four[1] ?? first), moniker: first.moniker };
    assert.throws(
      () => setValidators(emptyGenesis(), [first, named]),
      hasCode("E4011", /gentx moniker.*n0 twice/),
    );
  });

  it("E1405 names every fault with its place", () => {
    const genesis = emptyGenesis();
    setValidators(genesis, four);
    const state = genesis.app_state as unknown as Record<string, unknown>;
    delete state["clock"];
    state["zebra"] = {};
    const file = written({ ...genesis, validators: [] });
    const words = /\/app_state\/clock: [^]*\/app_state\/zebra: [^]*\/validators: /;
    assert.throws(() => requireSound(file), hasCode("E1405", words));
  });

  it("E1442: may not change once the chain has begun", () => {
    const home = makeHome("begun");
    requireNotStarted(home);
    fs.mkdirSync(path.join(home, "data", "app"), { recursive: true });
    assert.throws(() => requireNotStarted(home), hasCode("E1442"));
  });
});
