// Writes module.ts: SHA-256 of four inputs at a time in WebAssembly SIMD. `--out FILE` writes there instead, for the
// tidy test, which compares.
//
//   run(jobs, groups, blocks)   `jobs`: 4 * groups pairs of addresses, u32 each: a padded input of `blocks` blocks of
//                               64 bytes, and where its digest goes. groups and blocks are at least 1.
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { get, i32, moduleOf, repeat, set, v128 } from "./assembler.mjs";

const lanes = [0, 1, 2, 3];
const eight = [0, 1, 2, 3, 4, 5, 6, 7];
const sixteen = [...eight, ...eight.map((i) => i + 8)];

function primes(count) {
  const found = [];
  for (let n = 2; found.length < count; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
}

/** The first 32 bits behind the point of the root of order 2 or 3, exactly. */
function fraction(n, order) {
  const scaled = BigInt(n) << BigInt(32 * order);
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) {
    if ((root + bit) ** BigInt(order) <= scaled) root += bit;
  }
  return Number(root & 0xffffffffn);
}

const roundConstants = primes(64).map((n) => fraction(n, 3));
const firstState = primes(8).map((n) => fraction(n, 2));

// Locals: three parameters, then numbers, then vectors.
const [jobs, groups, blocks] = [0, 1, 2];
const inputs = lanes.map((lane) => 3 + lane);
const [blocksLeft, roundsLeft, constants] = [7, 8, 9];
const words = sixteen.map((i) => 10 + i);
const state = eight.map((i) => 26 + i);
const working = eight.map((i) => 34 + i);
const scratch = lanes.map((lane) => 42 + lane);
const [first, second] = [46, 47];

const rotr = (x, bits) => v128.or(v128.shr(x, bits), v128.shl(x, 32 - bits));
const bigEndian = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];
const swapped = (x) => v128.shuffle(x, x, bigEndian);
const lowWords = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const highWords = lowWords.map((byte) => byte + 8);
const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const highHalves = lowHalves.map((byte) => byte + 8);

/** Turns four vectors into their columns, in place. */
function transpose([a, b, c, d], [e, f, g, h]) {
  return [
    ...set(e, v128.shuffle(get(a), get(b), lowWords)),
    ...set(f, v128.shuffle(get(c), get(d), lowWords)),
    ...set(g, v128.shuffle(get(a), get(b), highWords)),
    ...set(h, v128.shuffle(get(c), get(d), highWords)),
    ...set(a, v128.shuffle(get(e), get(f), lowHalves)),
    ...set(b, v128.shuffle(get(e), get(f), highHalves)),
    ...set(c, v128.shuffle(get(g), get(h), lowHalves)),
    ...set(d, v128.shuffle(get(g), get(h), highHalves)),
  ];
}

function loadWords() {
  return lanes.flatMap((quarter) => {
    const four = words.slice(4 * quarter, 4 * quarter + 4);
    const loads = four.flatMap((word, lane) =>
      set(word, swapped(v128.load(get(inputs[lane]), 16 * quarter))),
    );
    return [...loads, ...transpose(four, scratch)];
  });
}

/** The word of round t + 16 in the place of that of round t. */
function nextWord(t) {
  const w = (back) => get(words[(t + 16 - back) % 16]);
  const s0 = v128.xor(rotr(w(15), 7), rotr(w(15), 18), v128.shr(w(15), 3));
  const s1 = v128.xor(rotr(w(2), 17), rotr(w(2), 19), v128.shr(w(2), 10));
  return set(words[t], v128.add(w(16), s0, w(7), s1));
}

/** Instead of moving eight variables on, each round calls them by their next names: 16 rounds move them round twice. */
function round(t) {
  const name = (letter) => working[(letter - t + 16) % 8];
  const [a, b, , d, e, f, g, h] = eight.map(name);
  const sum1 = v128.xor(rotr(get(e), 6), rotr(get(e), 11), rotr(get(e), 25));
  const choice = v128.xor(get(g), v128.and(get(e), v128.xor(get(f), get(g))));
  const constant = v128.loadSplat(get(constants), 4 * t);
  const sum0 = v128.xor(rotr(get(a), 2), rotr(get(a), 13), rotr(get(a), 22));
  // a ^ b of this round is b ^ c of the next.
  const [ab, bc] = t % 2 === 0 ? [first, second] : [second, first];
  const majority = v128.xor(get(b), v128.and(get(ab), get(bc)));
  return [
    ...set(h, v128.add(get(h), sum1, choice, v128.add(constant, get(words[t])))),
    ...set(d, v128.add(get(d), get(h))),
    ...set(ab, v128.xor(get(a), get(b))),
    ...set(h, v128.add(get(h), sum0, majority)),
  ];
}

function compress() {
  const [, b, c] = working;
  return [
    ...loadWords(),
    ...eight.flatMap((i) => set(working[i], get(state[i]))),
    ...set(second, v128.xor(get(b), get(c))),
    ...set(constants, i32.const(0)),
    ...sixteen.flatMap(round),
    ...set(roundsLeft, i32.const(3)),
    ...repeat(roundsLeft, [
      ...set(constants, i32.add(get(constants), i32.const(64))),
      ...sixteen.flatMap((t) => [...nextWord(t), ...round(t)]),
    ]),
    ...eight.flatMap((i) => set(state[i], v128.add(get(state[i]), get(working[i])))),
    ...inputs.flatMap((input) => set(input, i32.add(get(input), i32.const(64)))),
  ];
}

function storeDigests() {
  const halves = [state.slice(0, 4), state.slice(4)];
  return halves.flatMap((half, i) => [
    ...transpose(half, scratch),
    ...half.flatMap((digest, lane) =>
      v128.store(i32.load(get(jobs), 8 * lane + 4), 16 * i, swapped(get(digest))),
    ),
  ]);
}

function code() {
  return repeat(groups, [
    ...lanes.flatMap((lane) => set(inputs[lane], i32.load(get(jobs), 8 * lane))),
    ...eight.flatMap((i) => set(state[i], v128.splat(firstState[i]))),
    ...set(blocksLeft, get(blocks)),
    ...repeat(blocksLeft, compress()),
    ...storeDigests(),
    ...set(jobs, i32.add(get(jobs), i32.const(32))),
  ]);
}

const memoryPages = 8;

function source() {
  const bytes = moduleOf({
    ...{ name: "run", params: 3, numbers: 7, vectors: 38, code: code(), pages: memoryPages },
    data: roundConstants.flatMap((k) => [k & 255, (k >>> 8) & 255, (k >>> 16) & 255, k >>> 24]),
  });
  const lines = Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,90}/g);
  return [
    "// Made by generate.mjs (`npm run gen`): never edited.",
    "/** SHA-256 of four inputs at a time; addresses below `firstFree` are its own. */",
    "export const moduleBase64 = [",
    ...lines.map((line) => `  "${line}",`),
    '].join("");',
    `export const memoryBytes = ${memoryPages * 65_536};`,
    `export const firstFree = ${4 * roundConstants.length};`,
    "",
  ].join("\n");
}

const option = process.argv.indexOf("--out");
const target = option < 0 ? join(import.meta.dirname, "module.ts") : process.argv[option + 1];
writeFileSync(resolve(target ?? ""), source());
