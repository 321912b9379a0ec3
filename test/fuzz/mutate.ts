import { editBytes, edgeBytes, pickOne, type Random } from "./bytesEdits.ts";
import { cloneWire, parseWire, plainStyle, writeWire, type WireField } from "./wireTree.ts";

type Place = { readonly list: WireField[]; readonly index: number; readonly field: WireField };

const oddNumbers = [0, 1, 4, 15, 16, 17, 1023, 1024, 2047, 19_000, 536_870_911, 536_870_912];

/** Numbers at which widths, signs and exact integers end. */
export const edgeNumbers: readonly bigint[] = [
  ...[0n, 1n, 2n, 127n, 128n, 255n, 256n, 16_383n, 16_384n, 2n ** 31n - 1n, 2n ** 31n],
  ...[2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n],
  ...[2n ** 63n, 2n ** 64n - 1n, 2n ** 64n - 2n ** 31n, 2n ** 64n, 2n ** 69n],
];

/**
 * Makes hostile neighbours of good messages: of their bytes, and of their fields with the lengths around them right
 * again, so that an input gets past the outer layers and into the inner ones.
 */
export class Mutator {
  readonly #random: Random;
  readonly #seeds: readonly Uint8Array[];
  readonly #trees: readonly (readonly WireField[] | undefined)[];

  constructor(random: Random, seeds: readonly Uint8Array[]) {
    this.#random = random;
    this.#seeds = seeds;
    this.#trees = seeds.map((seed) => parseWire(seed));
  }

  /** One in twenty is a seed as it is: what must be accepted is tried too. */
  next(): Uint8Array {
    const random = this.#random;
    const index = random(this.#seeds.length);
    const seed = this.#seeds[index] ?? new Uint8Array();
    const way = random(20);
    if (way === 0) return seed;
    const tree = this.#trees[index];
    if (way < 5 || tree === undefined) return editBytes(random, seed, this.#seeds);
    const bytes = writeWire(this.#editTree(tree));
    return way === 5 ? editBytes(random, bytes, this.#seeds) : bytes;
  }

  #editTree(tree: readonly WireField[]): WireField[] {
    const fields = cloneWire(tree);
    for (let edits = 1 + this.#random(2); edits > 0; edits--) this.#edit(fields);
    return fields;
  }

  #edit(fields: WireField[]): void {
    const random = this.#random;
    const places: Place[] = [];
    collect(fields, places);
    const place = places[random(places.length)];
    if (place === undefined) {
      fields.push(this.#stranger());
      return;
    }
    const { list, index, field } = place;
    const way = random(12);
    if (way === 0) list.splice(index, 1);
    else if (way === 1) list.splice(index, 0, field);
    else if (way === 2) list.splice(random(list.length + 1), 0, this.#stranger());
    else if (way === 3) swap(list, index, random(list.length));
    else if (way === 4) field.wire = random(8);
    else if (way === 5) field.field = pickOne(random, oddNumbers) + random(3);
    else if (way === 6) field.style = this.#oddStyle();
    else if (way === 7) list.push(explicitDefault(random, field));
    else if (way === 8) nest(field, 1 + random(14));
    else if (way === 9) this.#graft(field);
    else this.#editValue(field);
  }

  #editValue(field: WireField): void {
    const random = this.#random;
    const { value } = field;
    if (value.kind === "number") {
      const near = value.number + BigInt(random(3)) - 1n;
      const number = random(3) === 0 ? near : pickOne(random, edgeNumbers);
      field.value = { kind: "number", number: number < 0n ? 0n : number };
    } else if (value.kind === "message") this.#edit(value.fields);
    else {
      const bytes =
        random(2) === 0
          ? edgeBytes(random, value.bytes)
          : editBytes(random, value.bytes, this.#seeds);
      field.value = { ...value, bytes };
    }
  }

  /** A part of another seed in this one's place. */
  #graft(field: WireField): void {
    const other = this.#trees[this.#random(this.#trees.length)] ?? [];
    const places: Place[] = [];
    collect(cloneWire(other), places);
    const found = places[this.#random(places.length)];
    if (found === undefined) return;
    field.value = found.field.value;
    field.wire = found.field.wire;
  }

  #stranger(): WireField {
    const random = this.#random;
    const field = pickOne(random, oddNumbers) + random(4);
    if (random(2) === 0) {
      const value = { kind: "number", number: pickOne(random, edgeNumbers) } as const;
      return { field, wire: 0, value, style: plainStyle };
    }
    const bytes = edgeBytes(random, new Uint8Array(random(5)));
    return { field, wire: 2, value: { kind: "bytes", bytes }, style: plainStyle };
  }

  #oddStyle(): WireField["style"] {
    const random = this.#random;
    const lengthOff = pickOne(random, [-1, 1, -(2 ** 20), 2 ** 20, 2 ** 31, 2 ** 32]);
    const way = random(3);
    return {
      padTag: way === 0 ? 1 + random(4) : 0,
      padValue: way === 1 ? 1 + random(9) : 0,
      lengthOff: way === 2 ? lengthOff : 0,
    };
  }
}

function collect(list: WireField[], places: Place[]): void {
  for (const [index, field] of list.entries()) {
    places.push({ list, index, field });
    if (field.value.kind === "message") collect(field.value.fields, places);
  }
}

function swap(list: WireField[], a: number, b: number): void {
  const [first, second] = [list[a], list[b]];
  if (first === undefined || second === undefined) return;
  list[a] = second;
  list[b] = first;
}

function explicitDefault(random: Random, { field }: WireField): WireField {
  const next = field + random(3);
  return random(2) === 0
    ? { field: next, wire: 0, value: { kind: "number", number: 0n }, style: plainStyle }
    : {
        field: next,
        wire: 2,
        value: { kind: "bytes", bytes: new Uint8Array() },
        style: plainStyle,
      };
}

function nest(field: WireField, depth: number): void {
  for (let i = 0; i < depth; i++) {
    const inner: WireField = { ...field };
    field.wire = 2;
    field.style = plainStyle;
    field.value = { kind: "message", fields: [inner] };
  }
}
