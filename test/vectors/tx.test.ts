import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { verifySecp256k1 } from "../../app/crypto/secp256k1.ts";
import { decodeTx } from "../../app/tx/decode.ts";
import { bech32Config } from "../../core/crypto/bech32.ts";
import { moduleAddress, pubKeyAddress } from "../../core/crypto/address.ts";
import { SignDoc } from "../../proto/cosmos.ts";
import { testRegistry } from "../support/driverReplica.ts";

// cosmos/cosmjs: packages/proto-signing/src/testutils.ts (Apache-2.0), the first of its vectors.
const body =
  hexed(`0a90010a1c2f636f736d6f732e62616e6b2e763162657461312e4d736753656e6412700a2d636f736d6f7331706b707472653766646b6c366766727a6c65736a6a
  766878686c63337234676d6d6b38727336122d636f736d6f7331717970717870713971637273737a673270767871367273307a716733797963356c7a763778751a
  100a0575636f736d120731323334353637`);
const auth =
  hexed(`0a4e0a460a1f2f636f736d6f732e63727970746f2e736563703235366b312e5075624b657912230a21034f04181eeba35391b858633a765c4a0c189697b40d2163
  54d50890d350c7029012040a02080112130a0d0a0575636f736d12043230303010c09a0c`);
const signature = hexed(
  `c9dd20e07464d3a688ff4b710b1fbc027e495e797cfa0b4804da2ed117959227772de059808f765aa29b8f92edf30f4c2c5a438e30d3fe6897daa7141e3ce6f9`,
);
const key = hexed("034f04181eeba35391b858633a765c4a0c189697b40d216354d50890d350c70290");

function hexed(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

const sha256 = (bytes: Uint8Array): string => hash("sha256", bytes, "hex");

describe("vectors: a transaction signed in DIRECT mode", () => {
  const { prefix } = bech32Config;
  before(() => void (bech32Config.prefix = "cosmos"));
  after(() => void (bech32Config.prefix = prefix));

  const raw = Buffer.concat([hexed("0a9301"), body, hexed("1265"), auth, hexed("1a40"), signature]);

  it("has the lengths and the hash of the vector", () => {
    assert.deepEqual([body.length, auth.length, raw.length], [147, 101, 319]);
    assert.equal(
      sha256(raw).toUpperCase(),
      "61C87B6853590FFE339D8423E439CD9E4E742424357FFEF4108280E1443DE245",
    );
  });

  it("decodes, and its sign bytes have the digest that was signed", () => {
    const tx = decodeTx(testRegistry(), raw);
    assert.equal(tx.gasLimit, 200_000n);
    assert.equal(tx.messages[0]?.signer, "cosmos1pkptre7fdkl6gfrzlesjjvhxhlc3r4gmmk8rs6");
    const doc = SignDoc.encode({
      ...{ bodyBytes: tx.raw.bodyBytes, authInfoBytes: tx.raw.authInfoBytes },
      ...{ chainId: "simd-testing", accountNumber: 1n },
    }).finish();
    assert.equal(doc.length, 269);
    const digest = "5d5967f13a4ff2045594ece00ad7bef5c61b149a559b15fd948af00fb93b31d3";
    assert.equal(sha256(doc), digest);
    assert.ok(verifySecp256k1(key, hexed(digest), signature));
  });

  it("the addresses of the key and of module accounts are the SDK's", () => {
    assert.equal(pubKeyAddress(key), "cosmos1pkptre7fdkl6gfrzlesjjvhxhlc3r4gmmk8rs6");
    assert.equal(moduleAddress("fee_collector"), "cosmos17xpfvakm2amg962yls6f84z3kell8c5lserqta");
    bech32Config.prefix = "assay";
    assert.equal(pubKeyAddress(key), "assay1pkptre7fdkl6gfrzlesjjvhxhlc3r4gm8j467g");
    assert.equal(moduleAddress("fee_collector"), "assay17xpfvakm2amg962yls6f84z3kell8c5lva3e90");
    bech32Config.prefix = "cosmos";
  });
});
