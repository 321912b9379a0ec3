import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { addressFromBytes } from "../../../../core/crypto/bech32.ts";
import { plainAccountBytes } from "../../../../modules/auth/accountBytes.ts";
import { anyOfAccount, withPubKey, type Account } from "../../../../modules/auth/types.ts";
import { secp256k1KeyType } from "../../../../modules/auth/typeUrls.ts";
import { Any, Secp256k1PubKey } from "../../../../proto/cosmos.ts";

const generated = (account: Account): Uint8Array => Any.encode(anyOfAccount(account)).finish();
const anyBytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const anyNumber = fc.oneof(
  fc.bigInt(0n, 300n),
  fc.constantFrom(127n, 128n, 16_383n, 16_384n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n),
  fc.bigInt(0n, 2n ** 64n - 1n),
);
const anyAccount = fc
  .record({
    owner: fc.oneof(anyBytes(20), anyBytes(32)),
    accountNumber: anyNumber,
    sequence: anyNumber,
    key: fc.option(fc.oneof(anyBytes(33), anyBytes(33), anyBytes(32), anyBytes(0)), { freq: 2 }),
    typeUrl: fc.constantFrom(secp256k1KeyType, secp256k1KeyType, "/cosmos.crypto.ed25519.PubKey"),
    moduleName: fc.constantFrom(null, null, null, "tasks"),
  })
  .map(({ owner, accountNumber, sequence, key, typeUrl, moduleName }): Account => {
    const plain = { address: addressFromBytes(owner), accountNumber, sequence };
    const named = moduleName === null ? plain : { ...plain, moduleName, permissions: [] };
    if (key === null) return named;
    return withPubKey(named, { typeUrl, value: Secp256k1PubKey.encode({ key }).finish() });
  });

describe("auth: account bytes", () => {
  it("are those of the generated encoder, for every account that they are made for", () => {
    let made = 0;
    fc.assert(
      fc.property(anyAccount, (account) => {
        const bytes = plainAccountBytes(account);
        if (bytes === undefined) return;
        made += 1;
        assert.deepEqual(bytes, Uint8Array.from(generated(account)));
      }),
      { numRuns: 2_000 },
    );
    assert.ok(made > 400, `made for ${made} of 2000`);
  });

  it("are left to it for modules, other keys and numbers beyond 2^53", () => {
    const address = addressFromBytes(new Uint8Array(20).fill(1));
    const plain: Account = { address, accountNumber: 1n, sequence: 2n };
    const others: Account[] = [
      { ...plain, moduleName: "tasks", permissions: [] },
      { ...plain, sequence: 2n ** 53n },
      { ...plain, accountNumber: 2n ** 53n },
      withPubKey(plain, { typeUrl: "/other.PubKey", value: new Uint8Array(35) }),
      withPubKey(plain, { typeUrl: secp256k1KeyType, value: new Uint8Array() }),
    ];
    assert.ok(plainAccountBytes(plain));
    for (const account of others) assert.equal(plainAccountBytes(account), undefined);
  });
});
