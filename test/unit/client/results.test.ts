import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { toHex, utf8Decode, utf8Encode } from "../../../core/bytes.ts";
import { postSalt, resultCommitment, type SeatPost } from "../../../client/results/commitment.ts";
import { project, resultHash } from "../../../client/results/compare.ts";
import { atPointer, canonicalJson, parseJson } from "../../../client/results/json.ts";
import { Compare } from "../../../proto/gen/assay/registry/v1/registry.ts";

const canonical = (text: string): string => canonicalJson(parseJson(text));

describe("client: canonical JSON", () => {
  it("keeps numbers as they were written", () => {
    assert.equal(canonical("[1.10, 9007199254740993, -0, 1e5]"), "[1.10,9007199254740993,-0,1e5]");
  });

  it("sorts keys by UTF-8 bytes, not by UTF-16 units", () => {
    assert.equal(canonical('{"\u{1F600}":1,"\uFFFD":2,"a":3}'), '{"a":3,"\uFFFD":2,"\u{1F600}":1}');
  });

  it("takes what JSON.parse takes and refuses what it refuses", () => {
    const texts = [
      '{"a":1}',
      "[1,2]",
      '"x"',
      "null",
      "01",
      "1.",
      "{,}",
      "[1,]",
      "{'a':1}",
      "tru",
      '"\\x"',
      '"\n"',
      "",
      " 1 ",
      "-",
      "1e",
      "{} {}",
    ];
    for (const text of texts) {
      let expected = true;
      try {
        JSON.parse(text);
      } catch {
        expected = false;
      }
      if (expected) assert.doesNotThrow(() => parseJson(text), text);
      else assert.throws(() => parseJson(text), SyntaxError, text);
    }
  });

  it("refuses doubled keys and deep nesting", () => {
    assert.throws(() => parseJson('{"a":1,"a":2}'), /no second key/);
    assert.throws(() => parseJson("[".repeat(100) + "]".repeat(100)), /at most 64 levels/);
  });

  it("is stable under spelling: any JSON value gives one text", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const once = canonical(JSON.stringify(value));
        assert.equal(canonical(JSON.stringify(value, null, 3)), once);
        assert.equal(canonical(once), once);
        assert.deepEqual(JSON.parse(once), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("finds values by RFC 6901 pointers", () => {
    const value = parseJson('{"a":{"b/c":[10,{"~":true}]},"constructor":1}');
    assert.deepEqual(atPointer(value, "/a/b~1c/0"), { number: "10" });
    assert.equal(atPointer(value, "/a/b~1c/1/~0"), true);
    assert.equal(atPointer(value, "/a/b~1c/01"), undefined);
    assert.equal(atPointer(value, "/a/nothing/at"), undefined);
    assert.equal(atPointer(parseJson("{}"), "/constructor"), undefined);
    assert.equal(atPointer(parseJson("{}"), "/__proto__"), undefined);
  });
});

describe("client: comparison of results", () => {
  const output = utf8Encode('{ "time": "10:02", "temp": 21.50, "city": "Aachen" }');

  it("projects to the declared pointers in their order, null for what is missing", () => {
    assert.equal(utf8Decode(project(output, ["/temp", "/wind", "/city"])), '[21.50,null,"Aachen"]');
  });

  it("makes FIELDS results equal that differ elsewhere, and EXACT results different", () => {
    const later = utf8Encode('{"city":"Aachen","temp":21.50,"time":"10:03"}');
    const rule = { compare: Compare.COMPARE_FIELDS, fields: ["/temp", "/city"] };
    assert.deepEqual(resultHash(output, rule), resultHash(later, rule));
    const exact = { compare: Compare.COMPARE_EXACT, fields: [] };
    assert.notDeepEqual(resultHash(output, exact), resultHash(later, exact));
  });

  it("refuses an output that is no JSON", () => {
    assert.throws(() => project(utf8Encode("<html>"), ["/a"]), SyntaxError);
  });
});

describe("client: commitments", () => {
  const post: SeatPost = {
    chainId: "assay-test-1",
    taskId: 7n,
    attempt: 1,
    role: 1,
    node: "assay1node",
  };
  const secret = new Uint8Array(32).fill(7);
  const hash = new Uint8Array(32).fill(1);

  it("X1: binds chain, task, attempt, role, node, result, output and salt", () => {
    const salt = postSalt(secret, post);
    const base = toHex(resultCommitment(post, hash, hash, salt));
    const others = [
      { ...post, chainId: "assay-test-2" },
      { ...post, taskId: 8n },
      { ...post, attempt: 2 },
      { ...post, role: 2 as const },
      { ...post, node: "assay1other" },
    ].map((one) => toHex(resultCommitment(one, hash, hash, salt)));
    others.push(toHex(resultCommitment(post, secret, hash, salt)));
    others.push(toHex(resultCommitment(post, hash, secret, salt)));
    others.push(toHex(resultCommitment(post, hash, hash, secret)));
    assert.equal(new Set([base, ...others]).size, 9);
  });

  it("makes another salt for every post and the same one again for the same post", () => {
    const salts = [
      post,
      { ...post, attempt: 2 },
      { ...post, role: 2 as const },
      { ...post, taskId: 8n },
    ].map((one) => toHex(postSalt(secret, one)));
    assert.equal(new Set(salts).size, 4);
    assert.equal(toHex(postSalt(secret, { ...post })), salts[0]);
  });
});
