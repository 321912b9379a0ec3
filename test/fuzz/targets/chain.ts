import assert from "node:assert/strict";
import type { RequestQuery } from "cosmjs-types/tendermint/abci/types";
import type { Address } from "../../../core/brand.ts";
import { bytesFromKey, equalBytes } from "../../../core/bytes.ts";
import { TxError } from "../../../core/errors.ts";
import { getAccount } from "../../../modules/auth/index.ts";
import { AuthInfo, TxBody, TxRaw } from "../../../proto/cosmos.ts";
import type { TestChain } from "../../support/driver.ts";
import { testRegistry } from "../../support/driverReplica.ts";
import { edgeNumbers, Mutator } from "../mutate.ts";
import { edgeBytes, edgeTexts, pickOne, type Random } from "../bytesEdits.ts";
import { corpusMessages } from "../corpus.ts";
import type { Target } from "../harness.ts";
import { livedNet } from "../livedNet.ts";
import { sampleOf } from "../samples.ts";
import { jsonOf, reencoded, secondCodec } from "../secondCodec.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** What one query may answer with: a page of the largest records, a scan of a store. */
const maxAnswerBytes = 8 * 1024 * 1024;

/** An exception that is no refusal of the protocol is answered too, but never in silence. */
function noAlarms(chain: TestChain): void {
  const alarms = chain.alarms();
  for (const replica of chain.replicas) replica.state.alarms.length = 0;
  assert.deepEqual(
    alarms.filter((line) => line.startsWith("transaction:")),
    [],
  );
}

/** path, 0, height as text, 0, prove, data: what CometBFT hands on of anybody's abci_query. */
function queryInput(path: string, height: bigint, prove: boolean, data: Uint8Array): Uint8Array {
  const head = encoder.encode(`${path.replaceAll("\0", "")}\0${height}\0${prove ? 1 : 0}`);
  return Buffer.concat([head, data]);
}

function queryOf(input: Uint8Array): RequestQuery {
  const first = input.indexOf(0);
  const second = input.indexOf(0, first + 1);
  const height = BigInt(decoder.decode(input.subarray(first + 1, second)));
  return {
    path: decoder.decode(input.subarray(0, first)),
    height,
    prove: input[second + 1] === 49,
    data: Uint8Array.from(input.subarray(second + 2)),
  };
}

/** Every route over both forms of path, with heights and data of all kinds, on a chain that has lived. */
export const queriesTarget: Target = {
  name: "queries",
  inputs: 100_000,
  make(random) {
    const { net } = livedNet();
    const { chain } = net;
    const routes = queryRoutes(chain, random);
    const facts = { routes: routes.length, "largest answer": 0 };
    let compared = 0;
    const compare = queryComparison();
    const before = chain.appHash;
    return {
      next: () => nextQuery(random, routes, chain.height),
      run(input) {
        const query = queryOf(input);
        if (compare(query)) compared += 1;
        const answer = chain.first.app.query(query);
        assert.ok(!(answer instanceof Promise));
        assert.doesNotMatch(answer.log, /code = Internal|internal error/);
        assert.ok(answer.value.length <= maxAnswerBytes, `answer of ${answer.value.length} bytes`);
        facts["largest answer"] = Math.max(facts["largest answer"], answer.value.length);
        noAlarms(chain);
        return answer.code === 0 ? "accepted" : "rejected";
      },
      end() {
        // An empty block of a chain that nobody asked has the same hash.
        const { chain: control } = livedNet().net;
        assert.deepEqual(control.appHash, before);
        assert.deepEqual(chain.next().appHash, control.next().appHash);
      },
      facts: () => facts,
      counts: () => ({ "read by two codecs: query requests": compared }),
    };
  },
};

/** The typed queries' own codecs beside one that shares no line with them; half of the inputs, for its time. */
function queryComparison(): (query: RequestQuery) => boolean {
  const { queries, descriptors } = testRegistry();
  const types = new Map(
    [...queries.keys()].map((path) => {
      const [, service = "", method = ""] = path.split("/");
      const found = descriptors.getService(service)?.methods.find(({ name }) => name === method);
      return [path, secondCodec(found?.input.typeName ?? "")] as const;
    }),
  );
  return ({ path, data }) => {
    const [type, def] = [types.get(path), queries.get(path)];
    if (type === undefined || def === undefined || data.length % 2 !== 0) return false;
    const canonical = reencoded(type, data);
    if (canonical === undefined) return false;
    let read: unknown;
    try {
      read = def.request.decode(canonical);
    } catch (error) {
      assert.ok(error instanceof TxError, String(error));
      return false;
    }
    const written = def.request.encode(read);
    if (equalBytes(written, canonical)) return true;
    // A fraction that was left out is written as the 0 that it means; what was there must be the same.
    const [asked, again] = [canonical, written].map((bytes) => jsonOf(type, bytes));
    assert.deepEqual({ ...again, ...asked }, again, "second codec: other fields");
    return true;
  };
}

type Route = { readonly path: string; readonly mutator: Mutator };

function queryRoutes(chain: TestChain, random: Random): Route[] {
  const { queries, schema, descriptors, stores } = testRegistry();
  const texts = [...chain.accounts.map(({ address }) => address), "echo-demo", "author", "uassay"];
  const services = [
    ...["cosmos.tx.v1beta1.Service/Simulate", "cosmos.base.node.v1beta1.Service/Config"],
    ...["cosmos.base.node.v1beta1.Service/Status"],
    ...["cosmos.base.tendermint.v1beta1.Service/GetNodeInfo"],
    ...["cosmos.base.tendermint.v1beta1.Service/GetSyncing"],
  ].map((name) => `/${name}`);
  const typed = [...queries.keys(), ...services].map((path): Route => {
    const [, service = "", method = ""] = path.split("/");
    const methods = descriptors.getService(service)?.methods ?? [];
    const input = methods.find(({ name }) => name === method)?.input.typeName ?? "";
    const seeds = Array.from({ length: 10 }, (_, i) =>
      sampleOf(schema, input, random, { texts, full: i < 3 }),
    );
    return { path, mutator: new Mutator(random, [new Uint8Array(), ...seeds]) };
  });
  const raw = stores.flatMap((store) => {
    const view = chain.first.state.db.multistore.view();
    const keys = [...view.range(store, "\u0000" as never, undefined)].map(([key]) =>
      bytesFromKey(key),
    );
    const seeds = keys.length === 0 ? [new Uint8Array(1)] : keys.slice(0, 200);
    return ["key", "subspace"].flatMap((kind) =>
      [`/store/${store}/${kind}`, `store/${store}/${kind}`].map((path) => ({
        path,
        mutator: new Mutator(random, [...seeds, ...seeds.map((key) => key.subarray(0, 1))]),
      })),
    );
  });
  return [...typed, ...raw, ...oddRoutes(chain, random)];
}

function oddRoutes(chain: TestChain, random: Random): Route[] {
  const txs = corpusMessages().map(({ value }) => value);
  const paths = [
    "/app/version",
    "/app/simulate",
    "/p2p/filter/addr/1.2.3.4:5",
    "/app",
    "/custom/x/y",
  ];
  const more = edgeTexts.slice(0, 12).map((text) => `/${text}/store/${chain.height}`);
  return [...paths, ...more].map((path) => ({ path, mutator: new Mutator(random, txs) }));
}

function nextQuery(random: Random, routes: readonly Route[], height: bigint): Uint8Array {
  const { path, mutator } = pickOne(random, routes);
  const heights = [0n, 0n, 0n, height, height, height - 1n, 1n, height + 1n, -1n, ...edgeNumbers];
  const asked = BigInt.asIntN(64, random(3) === 0 ? pickOne(random, heights) : 0n);
  const data = random(50) === 0 ? edgeBytes(random, new Uint8Array(40_000)) : mutator.next();
  const odd = random(20) === 0 ? path + pickOne(random, edgeTexts) : path;
  return queryInput(odd, asked, random(3) === 0, data);
}

/** Messages that no wallet makes, executed against a chain that has lived: the checks that need state. */
export const simulateTarget: Target = {
  name: "simulated messages",
  inputs: 100_000,
  make(random) {
    const { net } = livedNet();
    const { chain } = net;
    const makers = messageMakers(chain, random);
    const before = chain.appHash;
    return {
      next() {
        const { typeUrl, mutator } = pickOne(random, makers);
        const value = mutator.next();
        return unsigned(typeUrl, value, sequenceOf(chain, typeUrl, value));
      },
      run(tx) {
        const { app } = chain.first;
        const answer = app.query({ path: "/app/simulate", data: tx, height: 0n, prove: false });
        assert.ok(!(answer instanceof Promise));
        assert.doesNotMatch(answer.log, /code = Internal|internal error/);
        noAlarms(chain);
        return answer.code === 0 ? "accepted" : "rejected";
      },
      end() {
        assert.ok(equalBytes(chain.appHash, before));
        const { chain: control } = livedNet().net;
        assert.deepEqual(chain.next().appHash, control.next().appHash);
        chain.assertInvariants();
      },
    };
  },
};

function messageMakers(chain: TestChain, random: Random): { typeUrl: string; mutator: Mutator }[] {
  const { msgs, schema } = testRegistry();
  const texts = [...chain.accounts.map(({ address }) => address), "echo-demo", "author"];
  const real = corpusMessages();
  return [...msgs.keys()].map((typeUrl) => {
    const samples = Array.from({ length: 40 }, (_, i) =>
      sampleOf(schema, typeUrl.slice(1), random, { texts, full: i % 2 === 0 }),
    );
    const own = real.filter((message) => message.typeUrl === typeUrl).map(({ value }) => value);
    return { typeUrl, mutator: new Mutator(random, [...own, ...own, ...samples]) };
  });
}

/** That of the account that would have to sign; the ante refuses any other before the message runs. */
function sequenceOf(chain: TestChain, typeUrl: string, value: Uint8Array): bigint {
  const def = testRegistry().msgs.get(typeUrl);
  try {
    const signer = def?.signer(def.request.decode(value));
    return chain.read((ctx) => getAccount(ctx, signer ?? ("" as Address)))?.sequence ?? 0n;
  } catch {
    return 0n;
  }
}

/** As wallets simulate: no key, no signature. */
function unsigned(typeUrl: string, value: Uint8Array, sequence: bigint): Uint8Array {
  const body = TxBody.fromPartial({ messages: [{ typeUrl, value }] });
  const authInfo = AuthInfo.fromPartial({
    signerInfos: [{ modeInfo: { single: { mode: 1 } }, sequence }],
    fee: { gasLimit: 2_000_000n },
  });
  return TxRaw.encode({
    bodyBytes: TxBody.encode(body).finish(),
    authInfoBytes: AuthInfo.encode(authInfo).finish(),
    signatures: [new Uint8Array()],
  }).finish();
}
