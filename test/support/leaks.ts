import fs from "node:fs";
import path from "node:path";

/** Secrets by what they are, in every form in which a program might print them. */
export class Secrets {
  readonly #forms = new Map<string, string>();

  text(name: string, secret: string): void {
    if (secret.length < 12) throw new Error(`${name}: expected a longer secret`);
    this.#forms.set(secret, name);
  }

  bytes(name: string, secret: Uint8Array): void {
    const buffer = Buffer.from(secret);
    const base64 = buffer.toString("base64");
    const hex = buffer.toString("hex");
    const forms = [hex, hex.toUpperCase(), base64, base64.replaceAll("=", "")];
    forms.push(buffer.toString("base64url"), JSON.stringify([...buffer]).slice(1, -1));
    for (const form of forms) this.text(name, form);
  }

  /** Keys of a node's home: the pair and the seed in it. */
  home(home: string): void {
    for (const file of ["priv_validator_key.json", "node_key.json", "beacon_key.json"]) {
      const at = path.join(home, "config", file);
      const { priv_key: key } = JSON.parse(fs.readFileSync(at, "utf8")) as {
        priv_key: string | { value: string };
      };
      const secret = Buffer.from(typeof key === "string" ? key : key.value, "base64");
      this.bytes(`${file} of ${home}`, secret);
      this.bytes(`seed of ${file} of ${home}`, secret.subarray(0, 32));
    }
  }

  get count(): number {
    return this.#forms.size;
  }

  /** Names of the secrets that a text holds. */
  in(text: string): string[] {
    return [...this.#forms].flatMap(([form, name]) => (text.includes(form) ? [name] : []));
  }
}

/** All files below a folder's log folders, as one text; a journal has the same ending and is no log. */
export function logsBelow(folder: string): string {
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  const logs = names.filter((name) => /(?:^|\/)logs\/[^/]+\.log(?:\.1)?$/.test(name));
  return logs.map((name) => fs.readFileSync(path.join(folder, name), "utf8")).join("\n");
}
