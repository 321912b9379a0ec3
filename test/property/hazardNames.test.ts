import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromBinary, toBinary, type DescMessage } from "@bufbuild/protobuf";
import { equalBytes } from "../../core/bytes.ts";
import { getAccount } from "../../modules/auth/index.ts";
import { AuthInfo, TxBody, TxRaw } from "../../proto/cosmos.ts";
import { corpusAddresses, corpusMessages } from "../fuzz/corpus.ts";
import { livedNet } from "../fuzz/livedNet.ts";
import { sampleOf } from "../fuzz/samples.ts";
import type { TestChain } from "../support/driver.ts";
import { testRegistry } from "../support/driverReplica.ts";
import { seededRandom } from "../support/seededRandom.ts";

const seed = Number(process.env["TEST_SEED"] ?? "1");

/** What every object has, what makes one another's, and what tools look for. */
const names = [
  ...["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty"],
  ...["__defineGetter__", "__lookupSetter__", "isPrototypeOf", "then", "toJSON", "length"],
];

type Place = { readonly owner: Record<string, unknown>; readonly key: string };

/** Every text in a decoded message, at whatever depth. */
function textsIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return found;
  for (const [key, own] of Object.entries(value)) {
    if (key.startsWith("$")) continue;
    if (typeof own === "string") found.push({ owner: value as Record<string, unknown>, key });
    else textsIn(own, found);
  }
  return found;
}

function* renamed(type: DescMessage, bytes: Uint8Array): Generator<Uint8Array> {
  const message = fromBinary(type, bytes);
  for (const { owner, key } of textsIn(message)) {
    const kept = owner[key];
    for (const name of names) {
      owner[key] = name;
      yield toBinary(type, message);
    }
    owner[key] = kept;
  }
}

function messageOf(name: string): DescMessage {
  return testRegistry().descriptors.getMessage(name) ?? assert.fail(name);
}

/** As a wallet simulates it; every message runs as far as it would in a block. */
function simulated(chain: TestChain, typeUrl: string, value: Uint8Array): number {
  const def = testRegistry().msgs.get(typeUrl) ?? assert.fail(typeUrl);
  let sequence = 0n;
  try {
    const signer = def.signer(def.request.decode(value));
    sequence = chain.read((ctx) => getAccount(ctx, signer))?.sequence ?? 0n;
  } catch {
    // A signer of that name has no account: the ante says so.
  }
  const authInfo = AuthInfo.fromPartial({
    signerInfos: [{ modeInfo: { single: { mode: 1 } }, sequence }],
    fee: { gasLimit: 2_000_000n },
  });
  const data = TxRaw.encode({
    bodyBytes: TxBody.encode(TxBody.fromPartial({ messages: [{ typeUrl, value }] })).finish(),
    authInfoBytes: AuthInfo.encode(authInfo).finish(),
    signatures: [new Uint8Array()],
  }).finish();
  return codeOf(chain, "/app/simulate", data);
}

function codeOf(chain: TestChain, path: string, data: Uint8Array): number {
  const answer = chain.first.app.query({ path, data, height: 0n, prove: false });
  assert.ok(!(answer instanceof Promise));
  assert.doesNotMatch(answer.log, /code = Internal|internal error/, path);
  return answer.code;
}

function unchanged(chain: TestChain, hash: Uint8Array): void {
  assert.deepEqual(chain.alarms(), []);
  assert.ok(equalBytes(chain.appHash, hash));
  const { chain: control } = livedNet().net;
  assert.deepEqual(chain.next().appHash, control.next().appHash);
  chain.assertInvariants();
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
}

describe("names of what every object has", () => {
  const { msgs, queries, schema, descriptors } = testRegistry();

  it("D14: in every text of every message are texts like any other", (test) => {
    const { chain } = livedNet().net;
    const hash = chain.appHash;
    const random = seededRandom(seed);
    const texts = corpusAddresses();
    let tried = 0;
    let taken = 0;
    for (const typeUrl of msgs.keys()) {
      const type = messageOf(typeUrl.slice(1));
      const real = corpusMessages().find((message) => message.typeUrl === typeUrl)?.value;
      const sample = sampleOf(schema, type.typeName, random, { texts, full: true });
      for (const start of real === undefined ? [sample] : [real, sample]) {
        for (const bytes of renamed(type, start)) {
          if (simulated(chain, typeUrl, bytes) === 0) taken += 1;
          tried += 1;
        }
      }
    }
    assert.ok(tried > 1_500 && taken > 0, `tried ${tried}, taken ${taken}`);
    test.diagnostic(`reliability: names of prototypes in messages = ${tried}`);
    unchanged(chain, hash);
  });

  it("D14: in every text of every query find nothing that nobody wrote", (test) => {
    const { chain } = livedNet().net;
    const hash = chain.appHash;
    const random = seededRandom(seed);
    let tried = 0;
    for (const path of queries.keys()) {
      const [, service = "", method = ""] = path.split("/");
      const methods = descriptors.getService(service)?.methods ?? [];
      const type = methods.find(({ name }) => name === method)?.input ?? assert.fail(path);
      for (const bytes of renamed(type, sampleOf(schema, type.typeName, random, { full: true }))) {
        codeOf(chain, path, bytes);
        tried += 1;
      }
    }
    assert.ok(tried > 300, `tried ${tried}`);
    test.diagnostic(`reliability: names of prototypes in queries = ${tried}`);
    unchanged(chain, hash);
  });
});
