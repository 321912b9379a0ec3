import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Address } from "../../core/brand.ts";
import { bytesFromKey, utf8Decode, utf8Encode } from "../../core/bytes.ts";
import { index } from "../../core/collections/indexedMap.ts";
import {
  addressKey,
  addressTextKey,
  bytesKey,
  pairKey,
  quadKey,
  stringKey,
  textAddressKey,
  tripleKey,
  u64Key,
  u8Key,
  zeroEndedKey,
  type KeyCodec,
} from "../../core/collections/keys.ts";
import { page } from "../../core/collections/page.ts";
import { schema } from "../../core/collections/schema.ts";
import type { StoreKey } from "../../core/store/kv.ts";
import { addressFromBytes } from "../../core/crypto/bech32.ts";
import { testWorld } from "../support/ctx.ts";

const Text = { encode: utf8Encode, decode: utf8Decode };
const short = fc.string({ unit: "binary", maxLength: 3 });
const names = fc.constantFrom("", "a", "b", "aa", "ab", "ä", "\0", "a\0");
const u64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(0n, 255n, 256n, 2n ** 64n - 1n),
);
const addresses: fc.Arbitrary<Address> = fc
  .oneof(
    fc.uint8Array({ minLength: 20, maxLength: 20 }),
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
  )
  .map(addressFromBytes);
const raw = fc.uint8Array({ maxLength: 4 });
const ascii = fc.stringMatching(/^[a-z/]{0,4}$/);

type Case = { name: string; codec: KeyCodec<unknown>; keys: fc.Arbitrary<unknown> };
function codecCase<K>(name: string, codec: KeyCodec<K>, keys: fc.Arbitrary<K>): Case {
  return { name, codec: codec as KeyCodec<unknown>, keys };
}
const cases: Case[] = [
  codecCase("u64", u64Key(), u64),
  codecCase("u8", u8Key(), fc.nat({ max: 255 })),
  codecCase("string", stringKey, fc.oneof(names, fc.string({ unit: "grapheme", maxLength: 4 }))),
  codecCase("bytes", bytesKey, raw),
  codecCase("address", addressKey, addresses),
  codecCase("zero-ended", zeroEndedKey, ascii),
  codecCase("pair", pairKey(stringKey, u64Key()), fc.tuple(names, u64)),
  codecCase(
    "nested pair",
    pairKey(pairKey(bytesKey, stringKey), bytesKey),
    fc.tuple(fc.tuple(raw, names), raw),
  ),
  codecCase("denom index", pairKey(zeroEndedKey, addressKey), fc.tuple(ascii, addresses)),
  codecCase(
    "triple",
    tripleKey(stringKey, addressKey, stringKey),
    fc.tuple(names, addresses, names),
  ),
  codecCase(
    "quad",
    quadKey(u64Key(), stringKey, u8Key(), bytesKey),
    fc.tuple(u64, names, fc.nat({ max: 255 }), raw),
  ),
];

function bytes(codec: KeyCodec<unknown>, key: unknown, last: boolean): Buffer {
  return Buffer.from(bytesFromKey(codec.encode(key, last) as StoreKey));
}

describe("property: key codecs", () => {
  for (const { name, codec, keys } of cases) {
    it(`B13: ${name} keys read back, last or in the middle`, () => {
      fc.assert(
        fc.property(keys, short, (key, rest) => {
          const whole = codec.encode(key, true);
          assert.deepEqual(codec.decode(`x${whole}`, 1, true), [key, whole.length + 1]);
          const part = codec.encode(key, false);
          assert.deepEqual(codec.decode(`x${part}${rest}`, 1, false), [key, part.length + 1]);
        }),
      );
    });

    it(`B13: ${name} keys are injective, and none in the middle begins another`, () => {
      fc.assert(
        fc.property(keys, keys, (a, b) => {
          const equal = Buffer.compare(bytes(codec, a, true), bytes(codec, b, true)) === 0;
          assert.equal(equal, sameKey(a, b));
          const [left, right] = [codec.encode(a, false), codec.encode(b, false)];
          if (!sameKey(a, b)) assert.ok(!left.startsWith(right) && !right.startsWith(left));
        }),
      );
    });
  }

  it("B13: keys are ordered as their parts", () => {
    const byHeight = tripleKey(u64Key(), u8Key(), stringKey);
    const triples = fc.tuple(u64, fc.nat({ max: 255 }), names);
    fc.assert(
      fc.property(triples, triples, (a, b) => {
        const byParts =
          compare(a[0], b[0]) ||
          compare(a[1], b[1]) ||
          Buffer.compare(Buffer.from(a[2]), Buffer.from(b[2]));
        const [left, right] = [byHeight.encode(a, true), byHeight.encode(b, true)];
        assert.equal(compare(left, right), byParts);
      }),
    );
  });

  it("B13: a head holds the keys of its first part and no other", () => {
    const codec = pairKey(stringKey, bytesKey);
    fc.assert(
      fc.property(fc.tuple(names, raw), names, (key, head) => {
        assert.equal(
          codec.encode(key, true).startsWith(codec.head?.(head) ?? "?"),
          key[0] === head,
        );
      }),
    );
  });

  it("B13: remembered pairs have the keys of pairs that are not", () => {
    const check = <K>(codec: KeyCodec<K>, keys: fc.Arbitrary<K>): void => {
      const make = (key: K): string => codec.encode(key, true);
      const remembered = codec.remembering?.(make) ?? assert.fail("no memory");
      fc.assert(
        fc.property(keys, (key) => {
          assert.equal(remembered(key), make(key));
          assert.equal(remembered(key), make(key));
        }),
      );
    };
    const few = fc.constantFrom("a", "aa", "ab", "b");
    check(addressTextKey, fc.tuple(addresses, few));
    check(textAddressKey, fc.tuple(few, addresses));
  });

  it("B13: parts that do not fit are refused, never cut", () => {
    assert.throws(() => stringKey.encode("a".repeat(256), false));
    assert.equal(stringKey.encode("a".repeat(255), false).length, 256);
    assert.throws(() => u64Key().encode(2n ** 64n, true));
    assert.throws(() => u64Key().encode(-1n, true));
    assert.throws(() => u8Key().encode(256, true));
    assert.throws(() => u8Key().encode(-1, true));
    for (const text of ["a\0b", "ä", "\u0100"])
      assert.throws(() => zeroEndedKey.encode(text, false));
    assert.throws(() => zeroEndedKey.decode("abc", 0, false));
  });
});

function compare<T extends bigint | number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sameKey(a: unknown, b: unknown): boolean {
  try {
    assert.deepStrictEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

type Op = { kind: "set" | "remove"; key: readonly [string, bigint]; value: string };
const ops: fc.Arbitrary<Op[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("set", "set", "remove"),
    key: fc.tuple(fc.constantFrom("a", "b", "aa"), fc.bigInt({ min: 0n, max: 5n })),
    value: fc.constantFrom("red", "green", "re", "none"),
  }),
  { maxLength: 60 },
);

const collection = schema("test.property").indexedMap(
  1,
  "things",
  pairKey(stringKey, u64Key()),
  Text,
  {
    byColour: index(2, stringKey, (value: string) => (value === "none" ? undefined : value)),
    byNumber: index(3, u64Key(), (_: string, key: readonly [string, bigint]) => key[1]),
  },
);

function order(a: readonly [string, bigint], b: readonly [string, bigint]): number {
  return compare(a[0].length, b[0].length) || compare(a[0], b[0]) || compare(a[1], b[1]);
}

describe("property: collections", () => {
  it("an indexed map does what a Map with filters does", () => {
    fc.assert(
      fc.property(ops, (list) => {
        const ctx = testWorld().at();
        const model = new Map<string, { key: readonly [string, bigint]; value: string }>();
        for (const { kind, key, value } of list) {
          if (kind === "set") {
            collection.set(ctx, key, value);
            model.set(String(key), { key, value });
          } else {
            collection.remove(ctx, key);
            model.delete(String(key));
          }
        }
        const sorted = [...model.values()].sort((a, b) => order(a.key, b.key));
        const keysOf = (keep: (one: (typeof sorted)[number]) => boolean) =>
          sorted.filter(keep).map(({ key }) => key);
        assert.deepEqual(
          [...collection.entries(ctx)],
          sorted.map(({ key, value }) => [key, value]),
        );
        assert.deepEqual(
          [...collection.keys(ctx, { reverse: true })],
          keysOf(() => true).reverse(),
        );
        for (const colour of ["red", "re", "green", "none", "gree"]) {
          const wanted = colour === "none" ? [] : keysOf(({ value }) => value === colour);
          assert.deepEqual([...collection.by(ctx, "byColour", colour)], wanted);
          assert.deepEqual([...collection.by(ctx, "byColour", colour, true)], wanted.reverse());
        }
        for (const number of [0n, 3n, 9n]) {
          assert.deepEqual(
            [...collection.by(ctx, "byNumber", number)],
            keysOf(({ key }) => key[1] === number),
          );
        }
        const byNumber = sorted
          .map(({ key }) => [key[1], key] as const)
          .sort((a, b) => compare(a[0], b[0]) || order(a[1], b[1]));
        assert.deepEqual([...collection.ordered(ctx, "byNumber")], byNumber);
        assert.deepEqual([...collection.ordered(ctx, "byNumber", true)], byNumber.reverse());
        for (const { key, value } of sorted) assert.equal(collection.get(ctx, key), value);
        assert.equal(collection.has(ctx, ["zz", 1n]), false);
      }),
    );
  });

  it("no index entry outlives its entry", () => {
    fc.assert(
      fc.property(ops, (list) => {
        const world = testWorld();
        const ctx = world.at();
        for (const { key, value } of list) collection.set(ctx, key, value);
        for (const { key } of list) collection.remove(ctx, key);
        assert.equal(world.store.size, 0);
      }),
    );
  });

  it("a set that changes no index key costs no index write", () => {
    const ctx = testWorld().at();
    collection.set(ctx, ["a", 1n], "red");
    const before = ctx.gas.used;
    collection.set(ctx, ["a", 1n], "red");
    // one read and one write of 11 bytes of key and 3 of value
    assert.equal(ctx.gas.used - before, 1000n + 3n * 14n + 2000n + 30n * 14n);
  });

  it("pages show every entry once, whatever their size and direction", () => {
    const options = fc.record({
      limit: fc.bigInt({ min: 1n, max: 4n }),
      reverse: fc.boolean(),
      under: fc.constantFrom(undefined, "a", "aa", "b"),
    });
    fc.assert(
      fc.property(ops, options, (list, { limit, reverse, under }) => {
        const ctx = testWorld().at();
        for (const { key, value } of list) collection.set(ctx, key, value);
        const walk = under === undefined ? { reverse } : { under, reverse };
        const all = [...collection.keys(ctx, walk)];
        const seen: (readonly [string, bigint])[] = [];
        let key: Uint8Array = new Uint8Array();
        do {
          const request = { key, offset: 0n, limit, countTotal: true, reverse };
          const view = (_: string, k: readonly [string, bigint]) => k;
          const found = page(
            ctx,
            collection,
            request,
            under === undefined ? { view } : { view, under },
          );
          if (seen.length === 0) assert.equal(found.pagination.total, BigInt(all.length));
          assert.ok(found.items.length > 0 || all.length === 0);
          seen.push(...found.items);
          key = found.pagination.nextKey;
        } while (key.length > 0);
        assert.deepEqual(seen, all);
      }),
    );
  });
});
