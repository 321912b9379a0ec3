// G3 and G4: our tree and our verifier beside the ones that a Go chain uses, in one run, with equal roots.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { nativeSha256 } from "../../app/crypto/hash.ts";
import { verifyKnownSecp256k1 } from "../../app/crypto/secp256k1.ts";
import { secp256k1Bindings } from "../../app/crypto/native.ts";
import { treeHasher } from "../../app/crypto/treeHasher.ts";
import { concatBytes, keyFromBytes, toHex, u64Bytes, utf8Encode } from "../../core/bytes.ts";
import { Tree } from "../../core/store/tree.ts";
import { buildGo } from "./goChain.ts";
import { report, scratch, spread } from "./harness.ts";
import { costsOf } from "./profile.ts";

const rounds = 7;
/** Before the clock counts, on both sides. */
const warmUps = 3;
const updates = 2_000;
/** Versions in a round: now and then Go's collector or its database takes twice the time of a version. */
const versions = 10;
/** Keys of one saved version while the tree grows: part of the shape, so on both sides. */
const batch = 50_000;

const digest = (kind: string, i: number): Uint8Array =>
  nativeSha256(concatBytes(utf8Encode(kind), u64Bytes(BigInt(i))));

function valueOf(i: number): Uint8Array {
  const d = digest("value", i);
  return concatBytes(d, d, d, d.subarray(0, 4));
}

type Round = { readonly ms: number; readonly root: string };

type Write = readonly [key: Uint8Array, value: Uint8Array];

/** The work of `anchors tree` (test/perf/peer/anchors): a tree of so many keys, the writes of each round, a round. */
class OwnTree {
  readonly #tree = new Tree(treeHasher());
  readonly #keys: number;
  #version = 0n;
  #next = 0;

  constructor(keys: number) {
    this.#keys = keys;
    for (let i = 0; i < keys; i++) {
      this.#tree.set(keyFromBytes(digest("key", i)), valueOf(i));
      if (i % batch === batch - 1 || i === keys - 1) this.#save();
    }
  }

  writes(): Write[] {
    return Array.from({ length: updates }, () => {
      const pick = Buffer.from(digest("pick", this.#next)).readBigUInt64BE() % BigInt(this.#keys);
      return [digest("key", Number(pick)), valueOf(this.#keys + this.#next++)] as const;
    });
  }

  round(writes: readonly Write[]): Round {
    const began = performance.now();
    for (const [key, value] of writes) this.#tree.set(keyFromBytes(key), value);
    const root = toHex(this.#save());
    return { ms: performance.now() - began, root };
  }

  #save(): Uint8Array {
    const root = this.#tree.saveVersion(++this.#version);
    this.#tree.prune(this.#version);
    return root;
  }
}

/** Go's side: a round at each call, so that both sides' rounds lie next to each other. */
async function goTree(binary: string, keys: number): Promise<() => Promise<Round>> {
  const home = path.join(scratch, "anchor-tree");
  fs.rmSync(home, { recursive: true, force: true });
  const args = ["tree", home, keys, updates, (warmUps + rounds) * versions].map(String);
  const child = spawn(binary, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => String((await lines.next()).value);
  await line();
  return async () => {
    child.stdin.write("\n");
    const [ms = "", root = ""] = (await line()).split(" ");
    return { ms: Number(ms), root };
  };
}

/** Updates a second with the root, ours over Go's, at two sizes. */
export async function trees(): Promise<void> {
  const binary = buildGo("anchors", "./anchors");
  if (binary === undefined) {
    process.stdout.write("  G3         not run, there is no Go\n");
    return;
  }
  for (const keys of [100_000, 1_000_000]) {
    const goRound = await goTree(binary, keys);
    const tree = new OwnTree(keys);
    const [own, go]: [number[], number[]] = [[], []];
    let root = "";
    for (let i = 0; i < warmUps + rounds; i++) {
      let [ours, theirs] = [0, 0];
      for (let version = 0; version < versions; version++) {
        const mine = tree.round(tree.writes());
        const other = await goRound();
        if (mine.root !== other.root)
          throw new Error(`round ${i}: expected root ${other.root}, got ${mine.root}`);
        ours += mine.ms / versions;
        theirs += other.ms / versions;
        root = mine.root.slice(0, 16);
      }
      if (i >= warmUps) own.push(ours);
      if (i >= warmUps) go.push(theirs);
    }
    const params = { keys, updates, versions, root };
    const row = { id: "G3", params };
    report({ ...row, what: "tree: ours", unit: "ms", value: spread(own) });
    report({ ...row, what: "tree: Go iavl", unit: "ms", value: spread(go) });
    const ratios = spread(own.map((ms, i) => (go[i] ?? NaN) / ms));
    report({
      ...{ ...row, what: "tree update + root, Go's time / ours", unit: "ratio", value: ratios },
      rounds,
      bar: { asks: ">= 5", holds: ratios[1] >= 5 },
    });
    const more = Array.from({ length: rounds }, () => tree.writes());
    await costsOf("G3", `tree updates over ${keys} keys`, () => {
      for (const writes of more) tree.round(writes);
    });
  }
}

/** As the ante does it: of signers whose key was seen before. */
function ourVerifications(count: number): number {
  const { ecdsaSign, publicKeyCreate } = secp256k1Bindings();
  const all = Array.from({ length: 256 }, (_, i) => {
    const secret = digest("secret", i);
    const message = digest("message", i);
    const { signature } = ecdsaSign(message, secret);
    return { publicKey: publicKeyCreate(secret), message, signature };
  });
  const began = performance.now();
  for (let i = 0; i < count; i++) {
    const { publicKey, message, signature } = all[i % all.length] as (typeof all)[number];
    if (!verifyKnownSecp256k1(publicKey, message, signature))
      throw new Error("expected a good one");
  }
  return (count * 1000) / (performance.now() - began);
}

/** Verifications a second on one thread, a round of ours after a round of Go's. */
export function verifiers(): void {
  const binary = buildGo("anchors", "./anchors");
  if (binary === undefined) {
    process.stdout.write("  G4         not run, there is no Go\n");
    return;
  }
  const count = 5_000;
  const own: number[] = [];
  const go: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    own.push(ourVerifications(count));
    go.push(Number(execFileSync(binary, ["verify", String(count), "1"], { encoding: "utf8" })));
  }
  const params = { signatures: count };
  // The first round warms up.
  const warm = (values: number[]): number[] => values.slice(1);
  const row = { id: "G4", params };
  report({ ...row, what: "verify: ours", unit: "per s", value: spread(warm(own)) });
  report({ ...row, what: "verify: Go dcrec", unit: "per s", value: spread(warm(go)) });
  const ratios = spread(warm(own).map((one, i) => one / (go[i + 1] ?? NaN)));
  report({
    ...{ ...row, what: "verifications a second, ours / Go's", unit: "ratio", value: ratios },
    rounds,
    bar: { asks: ">= 2.5", holds: ratios[1] >= 2.5 },
  });
}
