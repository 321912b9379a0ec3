import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { UserError } from "../../../client/index.ts";
import {
  Keyring,
  deriveKey,
  newMnemonic,
  isMnemonic,
  requireBackendAllowed,
  type Backend,
} from "../../../client/keyring/keyring.ts";

const mnemonic =
  "economy stock theory fatal elder harbor betray wasp final emotion task crumble siren bottom lizard educate guess current outdoor pair theory focus wife stone";

function ring(
  backend: Backend,
  home = fs.mkdtempSync(path.join(os.tmpdir(), "keyring-")),
  passphrase = "correct horse",
): Keyring {
  return new Keyring({ home, backend, prefix: "cosmos", passphrase: () => passphrase });
}

const hasCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof UserError && error.code === code;

describe("client: keyring", () => {
  it("derives the published test accounts of the CosmJS suite", async () => {
    const key = await ring("memory").addMnemonic("faucet", mnemonic);
    assert.equal(key.address, "cosmos1pkptre7fdkl6gfrzlesjjvhxhlc3r4gmmk8rs6");
    assert.equal(key.publicKey, "A08EGB7ro1ORuFhjOnZcSgwYlpe0DSFjVNUIkNNQxwKQ");
    const second = await ring("memory").addMnemonic("faucet1", mnemonic, { index: 1 });
    assert.equal(second.address, "cosmos10dyr9899g6t0pelew4nvf4j5c3jcgv0r73qga5");
  });

  it("makes mnemonics of 24 valid words", () => {
    const fresh = newMnemonic();
    assert.equal(fresh.split(" ").length, 24);
    assert.ok(isMnemonic(fresh));
    assert.ok(!isMnemonic(`${fresh} abandon`));
  });

  it("C16: keeps nothing readable in the file backend, and files only for their owner", async () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "keyring-"));
    await ring("file", home).addMnemonic("alice", mnemonic);
    const file = path.join(home, "keyring-file", "alice.json");
    const text = fs.readFileSync(file, "utf8");
    const secret = Buffer.from(deriveKey(mnemonic));
    for (const leak of ["economy", secret.toString("hex"), secret.toString("base64")])
      assert.ok(!text.includes(leak));
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    assert.equal(fs.statSync(path.dirname(file)).mode & 0o777, 0o700);
    assert.deepEqual(Buffer.from(ring("file", home).privateKey("alice")), secret);
    assert.throws(() => ring("file", home, "wrong").privateKey("alice"), hasCode("E1503"));
  });

  it("refuses a flipped bit in a sealed key", async () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "keyring-"));
    await ring("file", home).addMnemonic("alice", mnemonic);
    const file = path.join(home, "keyring-file", "alice.json");
    const stored = JSON.parse(fs.readFileSync(file, "utf8")) as { sealed: { box: string } };
    const box = Buffer.from(stored.sealed.box, "base64");
    box.writeUInt8(box.readUInt8(3) ^ 1, 3);
    fs.writeFileSync(
      file,
      JSON.stringify({ ...stored, sealed: { ...stored.sealed, box: box.toString("base64") } }),
    );
    assert.throws(() => ring("file", home).privateKey("alice"), hasCode("E1503"));
  });

  it("names the keys that exist when one is missing, and never writes over one", async () => {
    const keys = ring("test");
    await keys.addMnemonic("alice", mnemonic);
    assert.throws(
      () => keys.get("bob"),
      (error) => hasCode("E1502")(error) && /it has alice/.test(String(error)),
    );
    await assert.rejects(keys.addMnemonic("alice", newMnemonic()), hasCode("E1505"));
    assert.throws(() => keys.find("../alice"), hasCode("E4011"));
  });

  it("renames and deletes", async () => {
    const keys = ring("test");
    const { address } = await keys.addMnemonic("alice", mnemonic);
    keys.rename("alice", "carol");
    assert.deepEqual(
      keys.list().map(({ name }) => name),
      ["carol"],
    );
    assert.equal(keys.get("carol").address, address);
    keys.delete("carol");
    assert.deepEqual(keys.list(), []);
  });

  it("allows the test backend on local chains only", () => {
    assert.doesNotThrow(() => requireBackendAllowed("test", "assay-local-1", false));
    assert.doesNotThrow(() => requireBackendAllowed("test", "assay-dev-12", false));
    for (const chain of ["assay-1", "assay-local", "local-1x", "assay-local-1-2"]) {
      assert.throws(() => requireBackendAllowed("test", chain, false), hasCode("E1501"));
    }
    assert.doesNotThrow(() => requireBackendAllowed("test", "assay-1", true));
    assert.doesNotThrow(() => requireBackendAllowed("file", "assay-1", false));
  });
});
