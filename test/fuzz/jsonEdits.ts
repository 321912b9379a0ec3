import { edgeTexts, pickOne, type Random } from "./bytesEdits.ts";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

type Place = { readonly holder: Json[] | { [name: string]: Json }; readonly name: string | number };

const edgeValues: readonly Json[] = [
  ...[null, true, false, 0, -0, -1, 1, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, [], {}, [[]], [null]],
  ...["-1", "1e3", "18446744073709551615", "18446744073709551616", "AAAA", "not base64!"],
];

/** A copy with one to three members replaced, removed, doubled, renamed or moved. */
export function editJson(random: Random, value: Json, others: readonly Json[]): Json {
  const copy = structuredClone(value);
  for (let edits = 1 + random(3); edits > 0; edits--) editOnce(random, copy, others);
  return copy;
}

function editOnce(random: Random, root: Json, others: readonly Json[]): void {
  const places: Place[] = [];
  collect(root, places);
  const place = places[random(places.length)];
  if (place === undefined) return;
  const old = get(place);
  const way = random(9);
  if (way === 0) remove(place);
  else if (way === 1) double(random, place, old);
  else if (way === 2) rename(random, place, old);
  else if (way === 3) put(place, graft(random, others));
  else if (way === 4) put(place, nest(old, 1 + random(30)));
  else if (way === 5 && typeof old === "string") put(place, nearText(random, old));
  else put(place, structuredClone(pickOne<Json>(random, random(2) === 0 ? edgeTexts : edgeValues)));
}

function collect(value: Json, places: Place[]): void {
  if (typeof value !== "object" || value === null) return;
  const holder = value;
  const names = Array.isArray(holder) ? holder.keys() : Object.keys(holder);
  for (const name of names) {
    const place: Place = { holder, name };
    places.push(place);
    collect(get(place), places);
  }
}

function get({ holder, name }: Place): Json {
  return (holder as { [name: string | number]: Json })[name] ?? null;
}

function put({ holder, name }: Place, value: Json): void {
  (holder as { [name: string | number]: Json })[name] = value;
}

function remove({ holder, name }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else Reflect.deleteProperty(holder, name);
}

function double(random: Random, place: Place, old: Json): void {
  const copy = structuredClone(old);
  if (Array.isArray(place.holder)) place.holder.splice(random(place.holder.length + 1), 0, copy);
  else put({ holder: place.holder, name: pickOne(random, edgeTexts) }, copy);
}

function rename(random: Random, place: Place, old: Json): void {
  if (Array.isArray(place.holder)) place.holder.reverse();
  else {
    remove(place);
    put({ holder: place.holder, name: `${place.name}${pickOne(random, edgeTexts)}` }, old);
  }
}

function graft(random: Random, others: readonly Json[]): Json {
  const places: Place[] = [];
  collect(pickOne(random, others), places);
  const found = places[random(places.length)];
  return found === undefined ? null : structuredClone(get(found));
}

function nest(value: Json, depth: number): Json {
  let nested = value;
  for (let i = 0; i < depth; i++) nested = i % 2 === 0 ? [nested] : { a: nested };
  return nested;
}

function nearText(random: Random, old: string): string {
  const number = /^\d+$/.test(old) ? BigInt(old) : undefined;
  if (number !== undefined) return String(number + BigInt(random(3)) - 1n);
  const at = random(old.length + 1);
  return old.slice(0, at) + pickOne(random, edgeTexts) + old.slice(at + random(3));
}
