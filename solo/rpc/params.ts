import { fromHex } from "../../core/bytes.ts";
import { invalidParams } from "./errors.ts";

/** Parameters of a call, by CometBFT's conventions for JSON and for URIs. */
export class Params {
  readonly #values: ReadonlyMap<string, unknown>;
  /** In a URI bytes are 0x… or "text", and everything may be quoted. */
  readonly #uri: boolean;

  private constructor(values: ReadonlyMap<string, unknown>, uri: boolean) {
    this.#values = values;
    this.#uri = uri;
  }

  static ofJson(params: unknown, names: readonly string[]): Params {
    if (Array.isArray(params)) {
      return new Params(new Map(params.map((value, i) => [names[i] ?? "", value])), false);
    }
    const given = typeof params === "object" && params !== null ? params : {};
    return new Params(new Map(Object.entries(given)), false);
  }

  static ofUri(query: URLSearchParams): Params {
    return new Params(new Map(query), true);
  }

  /** Undefined when it is not given, or is null or empty. */
  #raw(name: string): string | number | boolean | undefined {
    const value = this.#values.get(name);
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      return value;
    }
    throw invalidParams(`${name}: expected a single value`);
  }

  text(name: string): string | undefined {
    const raw = this.#raw(name);
    return raw === undefined ? undefined : this.#unquoted(String(raw));
  }

  integer(name: string): bigint | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^-?\d{1,19}$/.test(text))
      throw invalidParams(`${name}: expected an integer, got ${text}`);
    return BigInt(text);
  }

  flag(name: string): boolean {
    return this.text(name) === "true";
  }

  /** []byte: base64 in JSON. */
  bytes(name: string): Uint8Array {
    const raw = this.#raw(name);
    if (raw === undefined) return new Uint8Array();
    const text = String(raw);
    if (this.#uri) return this.#uriBytes(name, text);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw invalidParams(`${name}: expected base64`);
    return Uint8Array.from(Buffer.from(text, "base64"));
  }

  /** HexBytes: hex in JSON. */
  hexBytes(name: string): Uint8Array {
    const raw = this.#raw(name);
    if (raw === undefined) return new Uint8Array();
    return this.#uri ? this.#uriBytes(name, String(raw)) : this.#hex(name, String(raw));
  }

  #uriBytes(name: string, text: string): Uint8Array {
    if (text.startsWith('"')) return Uint8Array.from(Buffer.from(this.#unquoted(text), "utf8"));
    return this.#hex(name, text.replace(/^0x/, ""));
  }

  #hex(name: string, text: string): Uint8Array {
    const bytes = fromHex(text.toLowerCase());
    if (bytes === undefined) throw invalidParams(`${name}: expected hex, got ${text}`);
    return bytes;
  }

  #unquoted(text: string): string {
    return this.#uri && /^".*"$/s.test(text) ? text.slice(1, -1) : text;
  }
}
