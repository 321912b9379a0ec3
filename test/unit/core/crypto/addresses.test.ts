import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { concatBytes, fromHex, toHex, u64Bytes, utf8Encode } from "../../../../core/bytes.ts";
import {
  address,
  bytesOfAddress,
  moduleAddress,
  pubKeyAddress,
} from "../../../../core/crypto/address.ts";
import {
  addressBytes,
  addressFromBytes,
  bech32Config,
  bech32Decode,
  bech32Encode,
} from "../../../../core/crypto/bech32.ts";
import { hmacSha256, hmacSha256With, taggedHash } from "../../../../core/crypto/hash.ts";
import { BugError, TxError } from "../../../../core/errors.ts";

const key =
  fromHex("034f04181eeba35391b858633a765c4a0c189697b40d216354d50890d350c70290") ?? new Uint8Array();

describe("core: addresses", () => {
  it("are the four of the wire document, in both prefixes", () => {
    const table: [string, string, string][] = [
      [
        pubKeyAddress(key),
        "0d82b1e7c96dbfa42462fe612932e6bff111d51b",
        "assay1pkptre7fdkl6gfrzlesjjvhxhlc3r4gm8j467g",
      ],
      [
        moduleAddress("fee_collector"),
        "f1829676db577682e944fc3493d451b67ff3e29f",
        "assay17xpfvakm2amg962yls6f84z3kell8c5lva3e90",
      ],
      [
        moduleAddress("bonded_tokens_pool"),
        "4fea76427b8345861e80a3540a8a9d936fd39391",
        "assay1fl48vsnmsdzcv85q5d2q4z5ajdha8yu3flmkh9",
      ],
      [
        moduleAddress("not_bonded_tokens_pool"),
        "5911b844d7bc224654fe0dcd16babd2d253f2fdf",
        "assay1tygms3xhhs3yv487phx3dw4a95jn7t7lal88p3",
      ],
    ];
    for (const [made, hex, text] of table) {
      assert.equal(made, text);
      assert.equal(toHex(bytesOfAddress(address(text))), hex);
    }
    assert.equal(
      bech32Encode(
        "cosmos",
        fromHex("0d82b1e7c96dbfa42462fe612932e6bff111d51b") ?? new Uint8Array(),
      ),
      "cosmos1pkptre7fdkl6gfrzlesjjvhxhlc3r4gmmk8rs6",
    );
  });

  it("have 20 or 32 bytes and the configured prefix", () => {
    for (const length of [20, 32]) {
      const bytes = new Uint8Array(length).fill(5);
      assert.deepEqual(addressBytes(addressFromBytes(bytes)), bytes);
    }
    for (const length of [0, 1, 19, 21, 31, 33]) {
      assert.equal(
        addressBytes(bech32Encode("assay", new Uint8Array(length))),
        undefined,
        `${length}`,
      );
    }
    assert.equal(addressBytes(bech32Encode("assayvaloper", new Uint8Array(20))), undefined);
    assert.equal(bech32Config.prefix, "assay");
  });

  it("refuse with sdk/7", () => {
    assert.throws(
      () => address("nonsense"),
      (error) =>
        error instanceof TxError &&
        error.codespace === "sdk" &&
        error.code === 7 &&
        error.message.endsWith(": invalid address"),
    );
  });

  it("are written in one way: no capitals, no padding bits, no bech32m, no other checksum", () => {
    const good = addressFromBytes(new Uint8Array(20).fill(9));
    assert.equal(bech32Decode(good.toUpperCase()), undefined);
    assert.equal(bech32Decode(`A${good.slice(1)}`), undefined);
    // of BIP-350: valid bech32m; of BIP-173: bad characters, no data
    for (const text of [
      "a1lqfn3a",
      "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
      "1qyqqqq",
      "pzry9x0s0muk",
      "x1b4n0q5v",
      "li1dgmt3",
      "10a06t8",
      "1qzzfhee",

      "a1",
      "",
      "1",
    ]) {
      assert.equal(bech32Decode(text), undefined, text);
    }
    assert.deepEqual(bech32Decode("a12uel5l"), { prefix: "a", bytes: new Uint8Array() });
  });

  it("find every single wrong character", () => {
    const good = addressFromBytes(new Uint8Array(20).fill(9));
    for (let i = 0; i < good.length; i++) {
      for (const character of "qpz1ab0!") {
        if (good.charAt(i) === character) continue;
        const bad = good.slice(0, i) + character + good.slice(i + 1);
        assert.equal(addressBytes(bad), undefined, bad);
      }
    }
  });
});

describe("core: hashes", () => {
  const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

  it("R31: put a length before every part, the tag's too", () => {
    const tag = utf8Encode("assay/v1/draw");
    const text = utf8Encode("ä");
    const wanted = concatBytes(
      Uint8Array.of(13),
      tag,
      Uint8Array.of(2),
      text,
      Uint8Array.of(8),
      u64Bytes(7n),
      Uint8Array.of(0),
      Uint8Array.of(0xac, 0x02),
      new Uint8Array(300),
    );
    const made = taggedHash("draw", "ä", 7n, new Uint8Array(), new Uint8Array(300));
    assert.equal(toHex(made), sha(wanted));
  });

  it("R31: differ when parts move their boundary", () => {
    const hashes = [
      taggedHash("x", "ab", "c"),
      taggedHash("x", "a", "bc"),
      taggedHash("x", "abc"),
      taggedHash("x", "abc", ""),
      taggedHash("xa", "bc"),
    ];
    assert.equal(new Set(hashes.map(toHex)).size, hashes.length);
  });

  it("take no integer that 8 bytes cannot hold", () => {
    assert.throws(() => taggedHash("x", 2n ** 64n), BugError);
    assert.throws(() => taggedHash("x", -1n), BugError);
  });

  it("agree with Node's HMAC", () => {
    for (const length of [0, 1, 32, 64, 65, 200]) {
      const [secret, message] = [new Uint8Array(length).fill(3), new Uint8Array(length).fill(4)];
      assert.equal(
        toHex(hmacSha256(secret, message)),
        createHmac("sha256", secret).update(message).digest("hex"),
      );
      const keyed = hmacSha256With(secret);
      const other = hmacSha256With(message);
      for (let i = 0n; i < 3n; i++) {
        const expected = createHmac("sha256", secret).update(u64Bytes(i)).digest("hex");
        other(u64Bytes(i));
        assert.equal(toHex(keyed(u64Bytes(i))), expected, `message ${i}`);
      }
    }
  });
});
