import { toHex } from "./bytes.ts";
import type { WireType } from "./codec.ts";
import { BugError } from "./errors.ts";

export type EventAttribute = {
  readonly key: string;
  readonly value: string;
  readonly index: boolean;
};
export type Event = { readonly type: string; readonly attributes: readonly EventAttribute[] };

/** Events of one branch: they vanish with it (THREATS B14). State never reads them. */
export class EventLog {
  readonly events: Event[] = [];

  add(event: Event): void {
    this.events.push(event);
  }
}

export type EventDef<T> = {
  readonly type: string;
  readonly indexed: readonly string[];
  readonly message: WireType<T>;
};

// Filled while modules load, before any block.
const types = new Set<string>();

/**
 * Declares the event that the proto message documents: type = its name in lower_snake without `Event`, unique
 * over the chain; `indexed` names the fields (camelCase) that clients search. The kv index is never pruned.
 */
export function defineEvent<T>(
  message: WireType<T>,
  type: string,
  indexed: readonly (keyof T & string)[] = [],
): EventDef<T> {
  if (types.has(type)) throw new BugError(`event ${type}: declared twice`);
  types.add(type);
  return { type, indexed, message };
}

export function eventTypes(): ReadonlySet<string> {
  return types;
}

/** The only writer of our own events: plain strings, integers decimal, bytes lower hex, lists with commas. */
export function emit<T extends object>(
  ctx: { events: EventLog },
  event: EventDef<T>,
  values: T,
): void {
  const attributes: EventAttribute[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue; // a field that is not there
    attributes.push({
      key: snakeCase(name),
      value: plain(value),
      index: event.indexed.includes(name),
    });
  }
  ctx.events.add({ type: event.type, attributes });
}

function plain(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain).join(",");
  return String(value);
}

function snakeCase(name: string): string {
  let text = "";
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    text += code >= 65 && code <= 90 ? `_${String.fromCharCode(code + 32)}` : name.charAt(i);
  }
  return text;
}
