import type { Address } from "../../core/brand.ts";
import type { Changed } from "../../core/collections/changed.ts";
import { heldByState } from "../../core/collections/held.ts";
import type { ReadCtx } from "../../core/context.ts";
import type { Announcements } from "./announcements.ts";
import type { Census } from "./census.ts";
import type { Rows } from "./rows.ts";

/** What a block worked out, for the blocks after it. */
type Known<V> = {
  readonly value: V;
  /** Names all that goes in and is no record of a node: epoch, slot, parameters. */
  readonly at: string;
  /** The commit that it was worked out upon .. */
  readonly version: bigint;
  /** .. and, by source, the nodes with writes above it: those may be undone, so they are looked at again. */
  readonly suspects: readonly (readonly Address[])[];
};

/** Values by name, those used last, with at most `limit` nodes in all of them together. */
export class Recent<V extends { readonly size: number }> {
  readonly #limit: number;
  readonly #known = new Map<string, Known<V>>();
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(name: string): Known<V> | undefined {
    return this.#known.get(name);
  }

  set(name: string, known: Known<V>): void {
    this.#drop(name);
    this.#known.set(name, known);
    this.#held += known.value.size;
    for (const oldest of this.#known.keys()) {
      if (this.#held <= this.#limit || oldest === name) break;
      this.#drop(oldest);
    }
  }

  #drop(name: string): void {
    this.#held -= this.#known.get(name)?.value.size ?? 0;
    this.#known.delete(name);
  }
}

/** What outlives a block of the nodes and tables of services (ADR 0023). */
export class TableMemory {
  readonly censuses = new Recent<Census>(262_144);
  readonly announcements = new Recent<Announcements>(262_144);
  readonly rows = new Recent<Rows>(524_288);
}

/** One for each multistore. */
export const tableMemory = heldByState(() => new TableMemory());

/** Nodes whose records may differ from what they were, by source: all bonds, all lives .. */
export type Suspects = readonly ReadonlySet<Address>[];

/** How one kind of value is named, made, and brought up to date. */
export type Kept<V> = {
  readonly name: string;
  readonly at: string;
  /** Of each source of records, in the same order at every call. */
  changedSince(since: bigint | undefined): readonly (Changed<Address> | undefined)[];
  make(): V;
  /**
   * The same as make() gives, from an older value and the nodes whose records may differ since; `rested`: all that goes
   * in besides records is what it was.
   */
  renew(older: V, changed: Suspects, rested: boolean): V;
};

/** The value of now: what is remembered, with what changed since looked at anew; or made whole. */
export function upToDate<V extends { readonly size: number }>(
  ctx: ReadCtx,
  recent: Recent<V> | undefined,
  kept: Kept<V>,
): V {
  const { history } = ctx.store;
  if (recent === undefined || history === undefined) return kept.make();
  const { name, at } = kept;
  const known = recent.get(name);
  const since = known === undefined ? undefined : allKnown(kept.changedSince(known.version));
  const value =
    known === undefined || since === undefined
      ? kept.make()
      : kept.renew(
          known.value,
          since.map(
            ({ committed, written }, source) =>
              new Set([...(known.suspects[source] ?? []), ...committed, ...written]),
          ),
          known.at === at,
        );
  const now = since ?? allKnown(kept.changedSince(undefined));
  if (now === undefined) return value;
  const suspects = now.map(({ written }) => written);
  recent.set(name, { value, at, version: history.version, suspects });
  return value;
}

function allKnown<T>(list: readonly (T | undefined)[]): readonly T[] | undefined {
  const known = list.filter((one) => one !== undefined);
  return known.length === list.length ? known : undefined;
}
