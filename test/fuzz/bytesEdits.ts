export type Random = (below: number) => number;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Texts that parsers have tripped over: signs, blanks, exponents, prototypes, other scripts, paths. */
export const edgeTexts: readonly string[] = [
  ...["", " ", "0", "-0", "-1", "00", "01", "+1", "1e3", "0x1F", " 1", "1 ", "1.", ".5", "NaN"],
  ...["340282366920938463463374607431768211455", "340282366920938463463374607431768211456"],
  ...[
    "18446744073709551615",
    "18446744073709551616",
    "9".repeat(39),
    "9".repeat(40),
    "9".repeat(400),
  ],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "null", "undefined", "true", "{}"],
  ...["assay1", "assay1fl48vsnmsdzcv85q5d2q4z5ajdha8yu3flmkh9", "cosmos1fl48vsnmsdzcv85q5d2q4z5a"],
  ...[
    "\u0000",
    "\ufeffa",
    "\u0130",
    "\u212a",
    "e\u0301",
    "\u{1f600}",
    "\u2028",
    "a\u0000b",
    "../../a",
  ],
  ...[
    "/",
    "//",
    "/store/bank/key",
    "%s%n",
    "a".repeat(300),
    "uassay",
    "UASSAY",
    "ibc/00",
    "0uassay",
  ],
];
const edgeRuns: readonly Uint8Array[] = [
  ...edgeTexts.map(utf8),
  ...[[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80]].map(
    (bytes) => Uint8Array.from(bytes),
  ),
  ...[20, 31, 32, 33, 64, 65, 96].map((length) => new Uint8Array(length)),
  ...[32, 33, 64].map((length) => new Uint8Array(length).fill(255)),
  new Uint8Array(60).fill(0x0b),
];

export function pickOne<T>(random: Random, list: readonly T[]): T {
  const found = list[random(list.length)];
  if (found === undefined) throw new Error("pick: expected a list with members");
  return found;
}

export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256));
}

/** Content for a field: an edge case, or the same number of other bytes. */
export function edgeBytes(random: Random, old: Uint8Array): Uint8Array {
  return random(4) === 0 ? randomBytes(random, old.length) : pickOne(random, edgeRuns);
}

/** One to three edits that know nothing of what the bytes mean. */
export function editBytes(
  random: Random,
  old: Uint8Array,
  others: readonly Uint8Array[],
): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(old);
  for (let edits = 1 + random(3); edits > 0; edits--) bytes = edit(random, bytes, others);
  return bytes;
}

function edit(random: Random, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const at = random(bytes.length + 1);
  const rest = bytes.subarray(at);
  switch (random(8)) {
    case 0: // one bit
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = pickOne(random, [0, 1, 0x7f, 0x80, 0xff, random(256)]);
      return bytes;
    case 2:
      return bytes.slice(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), randomBytes(random, 1 + random(4)), rest]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), rest.subarray(1 + random(8))]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), edgeBytes(random, new Uint8Array(4)), rest]);
    case 6: {
      // Head of this, tail of another.
      const other = pickOne(random, others);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random(other.length + 1))]);
    }
    default:
      // A piece twice.
      return Buffer.concat([bytes, rest.subarray(0, 1 + random(64))]);
  }
}
