// As much of WebAssembly's binary format as generate.mjs needs: code is a flat array of bytes.

function unsigned(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function signed(value) {
  const bytes = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 127;
    if (rest >= -64 && rest < 64) return [...bytes, low];
    bytes.push(low | 128);
  }
}

const simd = (opcode, ...operands) => [...operands.flat(), 0xfd, ...unsigned(opcode)];
/** log2 of the alignment is a hint only: 0 is always right. */
const at = (offset) => [0, ...unsigned(offset)];

export const get = (local) => [0x20, ...unsigned(local)];
export const set = (local, value) => [...value, 0x21, ...unsigned(local)];

export const i32 = {
  const: (value) => [0x41, ...signed(value)],
  load: (address, offset) => [...address, 0x28, ...at(offset)],
  add: (a, b) => [...a, ...b, 0x6a],
  sub: (a, b) => [...a, ...b, 0x6b],
};

export const v128 = {
  load: (address, offset) => [...simd(0x00, address), ...at(offset)],
  loadSplat: (address, offset) => [...simd(0x09, address), ...at(offset)],
  store: (address, offset, value) => [...simd(0x0b, address, value), ...at(offset)],
  and: (a, b) => simd(0x4e, a, b),
  or: (a, b) => simd(0x50, a, b),
  xor: (...all) => all.reduce((a, b) => simd(0x51, a, b)),
  /** Four lanes of 32 bits. */
  add: (...all) => all.reduce((a, b) => simd(0xae, a, b)),
  shl: (a, bits) => simd(0xab, a, i32.const(bits)),
  shr: (a, bits) => simd(0xad, a, i32.const(bits)),
  splat: (value) => simd(0x11, i32.const(value | 0)),
  /** Bytes of a (0..15) and b (16..31) in any order. */
  shuffle: (a, b, order) => [...simd(0x0d, a, b), ...order],
};

/** Runs `body` until `count`, a local, was counted down to 0: at least once. */
export function repeat(count, body) {
  const less = set(count, i32.sub(get(count), i32.const(1)));
  return [0x03, 0x40, ...body, ...less, ...get(count), 0x0d, 0, 0x0b];
}

const text = (name) => [...unsigned(name.length), ...Buffer.from(name, "latin1")];
const list = (items) => [...unsigned(items.length), ...items.flat()];
const section = (id, bytes) => [id, ...unsigned(bytes.length), ...bytes];

/** One memory, one exported function of `params` numbers, `data` at address 0. */
export function moduleOf({ name, params, numbers, vectors, code, pages, data }) {
  const locals = list([
    [...unsigned(numbers), 0x7f],
    [...unsigned(vectors), 0x7b],
  ]);
  const body = [...locals, ...code, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([[0x60, ...list(Array(params).fill([0x7f])), 0]])),
    ...section(3, list([[0]])),
    ...section(5, list([[1, ...unsigned(pages), ...unsigned(pages)]])),
    ...section(
      7,
      list([
        [...text("memory"), 2, 0],
        [...text(name), 0, 0],
      ]),
    ),
    ...section(10, list([[...unsigned(body.length), ...body]])),
    ...section(11, list([[0, ...i32.const(0), 0x0b, ...unsigned(data.length), ...data]])),
  ]);
}
