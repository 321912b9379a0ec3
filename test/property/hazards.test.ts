import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalJson, type Json } from "../../app/genesis/canonical.ts";
import { compareBytes, keyFromBytes, toHex, u64Bytes, u64FromBytes } from "../../core/bytes.ts";
import { branch } from "../../core/store/branch.ts";
import { Multistore } from "../../core/store/multistore.ts";
import { services, users } from "../../modules/registry/state.ts";
import { MsgRegisterService, MsgRegisterUser } from "../../proto/gen/assay/registry/v1/tx.ts";
import { msg, startChain } from "../support/driver.ts";
import { seededRandom } from "../support/seededRandom.ts";

const seed = Number(process.env["TEST_SEED"] ?? "1");
const replay = `replay: TEST_SEED=${seed} npx tsx --test test/property/hazards.test.ts`;

describe("hazards of the language (THREATS 2)", () => {
  it("D3: a hundred orders of writing the same keys give one app hash", () => {
    const below = seededRandom(seed);
    const keys = Array.from({ length: 60 }, (_, i) => keyFromBytes(u64Bytes(BigInt(i * 7919))));
    const hashes = new Set<string>();
    for (let run = 0; run < 100; run++) {
      const left = [...keys];
      const multistore = new Multistore({ stores: ["a", "b"] });
      const store = branch(multistore.view());
      while (left.length > 0) {
        const [key] = left.splice(below(left.length), 1);
        if (key === undefined) continue;
        store.set("b", key, Uint8Array.of(1));
        store.set("a", key, Uint8Array.of(2));
      }
      hashes.add(toHex(multistore.stage(1n, store.dirty())));
    }
    assert.equal(hashes.size, 1, replay);
  });

  it("D4: 64-bit numbers survive at every boundary, and their bytes order as they do", () => {
    const edges = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 2n];
    const values = edges.flatMap((edge) => [edge, edge + 1n]);
    for (const value of values) assert.equal(u64FromBytes(u64Bytes(value)), value);
    for (const [i, value] of values.entries()) {
      const next = values[i + 1];
      if (next !== undefined && next > value)
        assert.ok(compareBytes(u64Bytes(value), u64Bytes(next)) < 0, `${value} before ${next}`);
    }
  });

  it("D8: bytes order as Buffer.compare orders them, and never as text does", () => {
    const below = seededRandom(seed + 1);
    const some = (): Uint8Array => Uint8Array.from({ length: below(6) }, () => below(256));
    for (let run = 0; run < 20_000; run++) {
      const [a, b] = [some(), some()];
      assert.equal(Math.sign(compareBytes(a, b)), Buffer.compare(a, b), `${replay} ${run}`);
      const [left, right] = [keyFromBytes(a), keyFromBytes(b)];
      const byKey = left < right ? -1 : left > right ? 1 : 0;
      assert.equal(byKey, Buffer.compare(a, b), `${replay} ${run}`);
    }
  });

  it("D10: the genesis writer gives one text, whatever the order of the members", () => {
    const below = seededRandom(seed + 2);
    const names = ["b", "10", "9", "a", "é", "\u{10000}", "\uffff", "Z"];
    const texts = new Set<string>();
    for (let run = 0; run < 1_000; run++) {
      const left = [...names];
      const value: Record<string, Json> = {};
      while (left.length > 0) {
        const [name = ""] = left.splice(below(left.length), 1);
        value[name] = [name, { [name]: "1" }];
      }
      texts.add(canonicalJson(value));
    }
    const [text = ""] = texts;
    assert.equal(texts.size, 1, replay);
    assert.equal(canonicalJson(JSON.parse(text) as Json), text);
  });

  it("D10: the genesis writer survives 100,000 round trips, whatever is in the texts", () => {
    const below = seededRandom(seed + 3);
    const names = ["b", "10", "9", "a", "é", "\u{10000}", "\uffff", "Z", "__proto__", "", '"\\'];
    const some = (): string => names[below(names.length)] ?? "";
    const make = (depth: number): Json => {
      const way = below(depth > 2 ? 5 : 8);
      if (way === 0) return String(2n ** BigInt(below(128)) - BigInt(below(2)));
      if (way === 1) return below(2) === 0;
      if (way === 2) return null;
      if (way < 5) return some() + String.fromCharCode(below(0xd800));
      if (way === 5) return Array.from({ length: below(4) }, () => make(depth + 1));
      return Object.fromEntries(
        Array.from({ length: below(4) }, () => [some(), make(depth + 1)] as const),
      );
    };
    for (let run = 0; run < 100_000; run++) {
      const value = make(0);
      const text = canonicalJson(value);
      const read = JSON.parse(text) as Json;
      assert.equal(canonicalJson(read), text, `${replay} ${run}`);
      assert.deepEqual(read, JSON.parse(JSON.stringify(value)), `${replay} ${run}`);
    }
  });

  it("D10: what JSON would lose in silence is no value of the genesis writer", () => {
    const lossy = [Number.NaN, Infinity, -0, 0.5, 2 ** 53, undefined, 1n, () => 1];
    for (const value of lossy)
      assert.throws(() => canonicalJson({ a: value as unknown as Json }), String(value));
  });

  it("D14: a name of an object's prototype is a name like any other", () => {
    const chain = startChain();
    const [owner] = chain.accounts;
    assert.ok(owner !== undefined);
    const { address } = owner;
    const type = (name: string): string => `/assay.registry.v1.${name}`;
    const user = (username: string) =>
      msg(type("MsgRegisterUser"), MsgRegisterUser, { owner: address, username });
    const service = (name: string) =>
      msg(type("MsgRegisterService"), MsgRegisterService, { owner: address, name });
    assert.equal(chain.submit(chain.tx(owner, user("__proto__"))).code, 2);
    chain.mustRun(owner, [user("constructor"), service("valueof")], { sequence: 0n });
    const read = chain.read((ctx) => [
      users.get(ctx, "constructor")?.owner,
      users.get(ctx, "valueof"),
      services.get(ctx, "valueof")?.owner,
      services.get(ctx, "constructor"),
    ]);
    assert.deepEqual(read, [address, undefined, address, undefined]);
    chain.assertInvariants();
  });
});
