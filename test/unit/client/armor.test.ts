import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { armor, isArmored, unarmor } from "../../../client/keyring/armor.ts";
import { Keyring } from "../../../client/keyring/keyring.ts";
import { readPassphraseFile } from "../../../client/keyring/secretFile.ts";
import { UserError } from "../../../client/index.ts";

const key = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const hasCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof UserError && error.code === code;

function secretFile(text: string, mode: number): string {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "assay-secret-")), "file");
  fs.writeFileSync(file, text);
  fs.chmodSync(file, mode);
  return file;
}

describe("client: armoured keys", () => {
  const text = armor(key, "correct horse");

  it("come back with their passphrase, and with no other", () => {
    assert.ok(isArmored(text));
    assert.deepEqual(new Uint8Array(unarmor(text, "correct horse") ?? []), key);
    assert.equal(unarmor(text, "correct hors"), undefined);
  });

  it("C16: show nothing of the key", () => {
    const bytes = Buffer.from(key);
    for (const form of [bytes.toString("hex"), bytes.toString("base64")])
      assert.ok(!text.includes(form.slice(0, 20)));
  });

  it("are refused with any character changed, and never ask for endless memory", () => {
    const lines = text.trim().split("\n");
    const changed = lines.map((line, i) => {
      const at = line.indexOf(": ") + 3;
      const other = line[at] === "A" ? "B" : "A";
      return lines.toSpliced(i, 1, line.slice(0, at) + other + line.slice(at + 1)).join("\n");
    });
    const kept = changed.filter((one) => unarmor(one, "correct horse") !== undefined);
    assert.deepEqual(kept, []);
    assert.equal(unarmor(text.replace("n: 32768", "n: 1073741824"), "correct horse"), undefined);
    for (const torn of ["", "-----BEGIN", text.slice(0, 100), lines.slice(0, -1).join("\n")])
      assert.equal(unarmor(torn, "correct horse"), undefined);
  });
});

describe("client: secret files", () => {
  it("E1506: a passphrase or a key that others can read is refused with what to type", () => {
    for (const mode of [0o640, 0o604, 0o644]) {
      const file = secretFile("words\n", mode);
      assert.throws(
        () => readPassphraseFile(file),
        (error: unknown) =>
          hasCode("E1506")(error) && (error as UserError).fix[0] === `chmod 600 ${file}`,
      );
    }
    assert.equal(readPassphraseFile(secretFile("words\r\nmore\n", 0o600)), "words");
    assert.throws(() => readPassphraseFile(secretFile("\n", 0o600)), hasCode("E4011"));
    assert.throws(() => readPassphraseFile("/nowhere/at/all"), hasCode("E4011"));
  });

  it("E1506: so is a key of the keyring, of every backend with files", async () => {
    for (const backend of ["file", "test"] as const) {
      const home = fs.mkdtempSync(path.join(os.tmpdir(), "keyring-"));
      const ring = new Keyring({ home, backend, prefix: "assay", passphrase: () => "p" });
      await ring.addPrivateKey("alice", key);
      fs.chmodSync(path.join(home, `keyring-${backend}`, "alice.json"), 0o644);
      assert.throws(() => ring.privateKey("alice"), hasCode("E1506"));
      assert.throws(() => ring.list(), hasCode("E1506"));
    }
  });
});
