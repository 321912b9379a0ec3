import { createHash } from "node:crypto";
import { join } from "node:path";
import { scanRecord } from "../../app/db/record.ts";
import { sidecarSuffix } from "../../app/db/snapshot.ts";
import { concatBytes } from "../../core/bytes.ts";
import { changed, renamed, type FileChange, type Files, type Moment } from "./powerDisk.ts";

type Random = (below: number) => number;

/** Legal after a power cut (the first four), or damage that no honest disk does. */
export const crashKinds = ["killed", "lost", "torn", "reordered"] as const;
export const damageKinds = [
  ...["flipped", "doubled", "swapped", "truncated", "zeroed", "removed", "foreign", "renamed"],
] as const;
export type CrashKind = (typeof crashKinds)[number];
/** Any damage, but only to what peers are told of snapshots. */
export const sidecarKind = "sidecar";
export type StateKind = CrashKind | (typeof damageKinds)[number] | typeof sidecarKind;

const sector = 512;

/** What a power cut at this moment may leave: names by `pickNames`, contents by `pick`. */
function stateOf(
  { inodes, folders }: Moment,
  pickNames: (count: number) => readonly number[],
  pick: (changes: readonly FileChange[]) => readonly FileChange[],
): Map<string, Uint8Array> {
  const contents = new Map<number, Uint8Array>();
  for (const [id, { durable, changes }] of inodes)
    contents.set(id, pick(changes).reduce(changed, durable));
  const files = new Map<string, Uint8Array>();
  for (const [dir, { durable, changes }] of folders) {
    const kept = pickNames(changes.length).flatMap((i) => changes[i] ?? []);
    const names = kept.reduce(renamed, new Map(durable));
    for (const [name, id] of names)
      files.set(join(dir, name), contents.get(id) ?? new Uint8Array());
  }
  return files;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The process died, the machine did not. */
export const killed = (moment: Moment): Files => stateOf(moment, upTo, (changes) => changes);

/** Nothing that was not synced reached the disk. */
export const lost = (moment: Moment): Files =>
  stateOf(
    moment,
    () => [],
    () => [],
  );

/** In order, cut anywhere: every odd byte and every sector boundary of what was not synced yet. */
export function* torn(moment: Moment, random: Random, limit: number): Generator<Files> {
  const open = [...moment.inodes.values()].flatMap(({ changes }) => changes);
  const last = open.findLast((change) => change.kind === "write");
  if (last?.kind !== "write") return;
  const { length } = last.bytes;
  const cuts = new Set<number>();
  for (let at = sector - (last.at % sector); at < length; at += sector) cuts.add(at);
  while (cuts.size < Math.min(limit, length)) cuts.add(random(length));
  for (const cut of cuts) {
    const part = { ...last, bytes: last.bytes.slice(0, cut) };
    const names = random(2) === 0 ? upTo : (count: number) => upTo(random(count + 1));
    yield stateOf(moment, names, (changes) => {
      const at = changes.indexOf(last);
      return at < 0 ? changes : [...changes.slice(0, at), part];
    });
  }
}

/** Sectors and names in any order: some of what was not synced is there, some reads as zeros. */
export function reordered(moment: Moment, random: Random): Files {
  const some = (count: number): number[] => upTo(count).filter(() => random(2) === 0);
  return stateOf(moment, some, (changes) =>
    changes.flatMap((change): FileChange[] => {
      if (change.kind === "cut") return random(2) === 0 ? [change] : [];
      if (random(4) === 0) return [];
      // What stood in a sector before stays; behind the old end the new length shows zeros.
      const end = change.at + change.bytes.length;
      const parts: FileChange[] = [{ kind: "write", at: end, bytes: new Uint8Array(0) }];
      for (let at = change.at; at < end;) {
        const to = Math.min(end, at - (at % sector) + sector);
        const bytes = change.bytes.slice(at - change.at, to - change.at);
        if (random(2) === 0) parts.push({ kind: "write", at, bytes });
        at = to;
      }
      return parts;
    }),
  );
}

function pickFile(files: Files, random: Random, suffix = ""): string | undefined {
  const paths = [...files.keys()].filter((path) => path.endsWith(suffix));
  const filled = paths.filter((path) => (files.get(path)?.length ?? 0) > 0);
  return filled[random(Math.max(1, filled.length))];
}

/** The records of a segment, as far as they are whole. */
function recordsOf(bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const scanned = scanRecord(bytes, at);
    if (scanned.kind !== "record") return [...found, bytes.slice(at)];
    found.push(bytes.slice(at, scanned.end));
    at = scanned.end;
  }
  return found;
}

/** One fault on top of a crash state; undefined where the state has nothing for it to hit. */
export function damaged(
  files: Files,
  kind: (typeof damageKinds)[number],
  foreign: Files,
  random: Random,
): Files | undefined {
  const path = pickFile(files, random, kind === "doubled" || kind === "swapped" ? ".log" : "");
  if (path === undefined) return undefined;
  const bytes = (files.get(path) ?? new Uint8Array()).slice();
  const next = new Map(files).set(path, bytes);
  const at = random(bytes.length);
  if (kind === "flipped") bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
  else if (kind === "truncated") next.set(path, bytes.slice(0, at));
  else if (kind === "zeroed") bytes.fill(0, at - (at % sector), at - (at % sector) + sector);
  else if (kind === "removed") next.delete(path);
  else if (kind === "renamed") {
    next.delete(path);
    next.set(path.replace(/[0-9]{20}/, String(random(99)).padStart(20, "0")), bytes);
  } else if (kind === "foreign") return withForeign(next, path, foreign, random);
  else {
    const records = recordsOf(bytes);
    const i = random(records.length);
    const one = records[i] ?? new Uint8Array();
    if (kind === "swapped") [records[i], records[0]] = [records[0] ?? one, one];
    else records.splice(random(records.length + 1), 0, one);
    next.set(path, concatBytes(...records));
  }
  return next;
}

/** The same on one of the files beside the snapshots. */
export function damagedSidecar(
  files: Files,
  kind: (typeof damageKinds)[number],
  foreign: Files,
  random: Random,
): Files | undefined {
  const only = (all: Files): Files =>
    new Map([...all].filter(([path]) => path.endsWith(sidecarSuffix)));
  const faulty = damaged(only(files), kind, only(foreign), random);
  if (faulty === undefined) return undefined;
  return new Map([...[...files].filter(([path]) => !path.endsWith(sidecarSuffix)), ...faulty]);
}

/** A file of another chain in place of ours or beside it, or one of its records behind ours. */
function withForeign(
  files: Map<string, Uint8Array>,
  path: string,
  foreign: Files,
  random: Random,
): Files | undefined {
  const other = pickFile(foreign, random, path.slice(-4));
  if (other === undefined) return undefined;
  const bytes = foreign.get(other) ?? new Uint8Array();
  const way = random(3);
  if (way === 0) return files.set(path, bytes);
  if (way === 1) return files.set(other, bytes);
  const record = recordsOf(bytes)[0] ?? bytes;
  return files.set(path, concatBytes(files.get(path) ?? new Uint8Array(), record));
}

export function stateId(files: Files): string {
  const hash = createHash("sha256");
  for (const path of [...files.keys()].sort((a, b) => (a < b ? -1 : 1))) {
    const bytes = files.get(path) ?? new Uint8Array();
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("base64");
}
