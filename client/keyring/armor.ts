import { seal, unseal, type Sealed } from "./crypt.ts";

const begin = "-----BEGIN ASSAY PRIVATE KEY-----";
const end = "-----END ASSAY PRIVATE KEY-----";

/** A private key as text that may travel: encrypted under a passphrase of its own. */
export function armor(privateKey: Uint8Array, passphrase: string): string {
  const { kdf, n, salt, nonce, tag, box } = seal(privateKey, passphrase);
  const head = { kdf, n, salt, nonce, tag };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  return [begin, ...lines, "", box, end, ""].join("\n");
}

export const isArmored = (text: string): boolean => text.trimStart().startsWith(begin);

/** undefined when the passphrase is wrong or the text was changed. */
export function unarmor(text: string, passphrase: string): Uint8Array | undefined {
  const lines = text.trim().split(/\r?\n/);
  const blank = lines.indexOf("");
  if (lines[0] !== begin || lines.at(-1) !== end || blank < 0) return undefined;
  const head = new Map(
    lines.slice(1, blank).map((line): [string, string] => {
      const split = line.indexOf(": ");
      return [line.slice(0, split), line.slice(split + 2)];
    }),
  );
  const n = Number(head.get("n"));
  // What the file asks of this machine is bounded: 2^20 takes 1 GiB.
  const costs = [2 ** 14, 2 ** 15, 2 ** 16, 2 ** 17, 2 ** 18];
  if (head.get("kdf") !== "scrypt" || !costs.includes(n)) return undefined;
  const field = (name: string): string => head.get(name) ?? "";
  const sealed: Sealed = {
    ...{ kdf: "scrypt", n, salt: field("salt"), nonce: field("nonce"), tag: field("tag") },
    box: lines.slice(blank + 1, -1).join(""),
  };
  const plain = openSealed(sealed, passphrase);
  return plain?.length === 32 ? plain : undefined;
}

function openSealed(sealed: Sealed, passphrase: string): Uint8Array | undefined {
  try {
    return unseal(sealed, passphrase);
  } catch {
    return undefined; // a nonce or tag of another length
  }
}
