import { Slip10, Slip10Curve, stringToPath } from "@cosmjs/crypto";
import { DirectSecp256k1Wallet, type OfflineDirectSigner } from "@cosmjs/proto-signing";
import { toBase64 } from "@cosmjs/encoding";
import { generateMnemonic, mnemonicToSeedSync, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import fs from "node:fs";
import path from "node:path";
import { compareAscii } from "../../core/bytes.ts";
import { userError } from "../errors/index.ts";
import { seal, unseal, type Sealed } from "./crypt.ts";
import { requirePrivate } from "./secretFile.ts";

export type Backend = "file" | "test" | "memory";

/** What a key is; the secret stays in the ring. */
export type KeyInfo = {
  readonly name: string;
  readonly address: string;
  readonly publicKey: string;
};

type Secret = { readonly privateKey: string; readonly mnemonic?: string };
type KeyFile = KeyInfo & {
  readonly version: 1;
  readonly secret?: Secret;
  readonly sealed?: Sealed;
};

export type KeyringOptions = {
  readonly home: string;
  readonly backend: Backend;
  readonly prefix: string;
  /** Asked for at most once a process; only backend file needs it. Never from argv or the environment (C16). */
  readonly passphrase?: () => string;
};

const localChain = /-(local|dev)-[0-9]+$/;

/** Throws E1501 where an unencrypted keyring would guard more than a toy. */
export function requireBackendAllowed(backend: Backend, chainId: string, unsafe: boolean): void {
  if (backend === "test" && !unsafe && !localChain.test(chainId))
    throw userError("E1501", { chainId });
}

export function newMnemonic(): string {
  return generateMnemonic(wordlist, 256);
}

export function isMnemonic(text: string): boolean {
  return validateMnemonic(text, wordlist);
}

/** Private key of m/44'/coinType'/account'/0/index. */
export function deriveKey(
  mnemonic: string,
  { index = 0, account = 0, coinType = 118 } = {},
): Uint8Array {
  const path = stringToPath(`m/44'/${coinType}'/${account}'/0/${index}`);
  return Slip10.derivePath(Slip10Curve.Secp256k1, mnemonicToSeedSync(mnemonic), path).privkey;
}

/** Named keys of one home, one file each (0600), or in memory. */
export class Keyring {
  readonly #options: KeyringOptions;
  readonly #memory = new Map<string, KeyFile>();
  #passphrase: string | undefined;

  constructor(options: KeyringOptions) {
    this.#options = options;
  }

  list(): KeyInfo[] {
    return this.#names().map((name) => publicPart(this.#require(name)));
  }

  find(name: string): KeyInfo | undefined {
    const file = this.#read(name);
    return file === undefined ? undefined : publicPart(file);
  }

  /** Throws E1502 with the names that exist. */
  get(name: string): KeyInfo {
    return publicPart(this.#require(name));
  }

  async addMnemonic(name: string, mnemonic: string, derivation = {}): Promise<KeyInfo> {
    return this.#add(name, { privateKey: toBase64(deriveKey(mnemonic, derivation)), mnemonic });
  }

  async addPrivateKey(name: string, privateKey: Uint8Array): Promise<KeyInfo> {
    return this.#add(name, { privateKey: toBase64(privateKey) });
  }

  delete(name: string): void {
    this.#require(name);
    if (this.#options.backend === "memory") this.#memory.delete(name);
    else fs.rmSync(this.#file(name));
  }

  rename(from: string, to: string): KeyInfo {
    const renamed = { ...this.#require(from), name: to };
    this.#write(renamed);
    this.delete(from);
    return publicPart(renamed);
  }

  /** 32 bytes. */
  privateKey(name: string): Uint8Array {
    return Buffer.from(this.#secret(name).privateKey, "base64");
  }

  mnemonic(name: string): string | undefined {
    return this.#secret(name).mnemonic;
  }

  async signer(name: string): Promise<OfflineDirectSigner> {
    return DirectSecp256k1Wallet.fromKey(this.privateKey(name), this.#options.prefix);
  }

  async #add(name: string, secret: Secret): Promise<KeyInfo> {
    const privateKey = Buffer.from(secret.privateKey, "base64");
    const wallet = await DirectSecp256k1Wallet.fromKey(privateKey, this.#options.prefix);
    const [account] = await wallet.getAccounts();
    const info = {
      name,
      address: account?.address ?? "",
      publicKey: toBase64(account?.pubkey ?? new Uint8Array()),
    };
    const guarded =
      this.#options.backend === "file"
        ? { sealed: seal(Buffer.from(JSON.stringify(secret)), this.#ask()) }
        : { secret };
    this.#write({ version: 1, ...info, ...guarded });
    return info;
  }

  #secret(name: string): Secret {
    const file = this.#require(name);
    if (file.secret !== undefined) return file.secret;
    const plain = file.sealed === undefined ? undefined : unseal(file.sealed, this.#ask());
    if (plain === undefined) throw userError("E1503", { name });
    return JSON.parse(Buffer.from(plain).toString("utf8")) as Secret;
  }

  #ask(): string {
    this.#passphrase ??= this.#options.passphrase?.();
    if (this.#passphrase === undefined)
      throw userError("E1504", { backend: this.#options.backend });
    return this.#passphrase;
  }

  get #directory(): string {
    return path.join(this.#options.home, `keyring-${this.#options.backend}`);
  }

  #file(name: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
      throw userError("E4011", {
        field: "key name",
        expected: "1..64 letters, digits, . _ -",
        actual: name,
      });
    }
    return path.join(this.#directory, `${name}.json`);
  }

  #names(): string[] {
    if (this.#options.backend === "memory") return [...this.#memory.keys()].sort(compareAscii);
    if (!fs.existsSync(this.#directory)) return [];
    const files = fs.readdirSync(this.#directory).filter((file) => file.endsWith(".json"));
    return files.map((file) => file.slice(0, -".json".length)).sort(compareAscii);
  }

  #read(name: string): KeyFile | undefined {
    if (this.#options.backend === "memory") return this.#memory.get(name);
    const file = this.#file(name);
    if (fs.existsSync(file)) requirePrivate(file);
    return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as KeyFile) : undefined;
  }

  #require(name: string): KeyFile {
    const file = this.#read(name);
    if (file !== undefined) return file;
    const names = this.#names().join(", ");
    throw userError("E1502", {
      name,
      backend: this.#options.backend,
      names: names === "" ? "no keys" : names,
    });
  }

  #write(file: KeyFile): void {
    if (this.#options.backend === "memory") return void this.#memory.set(file.name, file);
    fs.mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const target = this.#file(file.name);
    if (fs.existsSync(target)) throw userError("E1505", { name: file.name });
    const temporary = `${target}.${process.pid}.tmp`;
    fs.writeFileSync(temporary, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
    fs.renameSync(temporary, target);
  }
}

function publicPart({ name, address, publicKey }: KeyInfo): KeyInfo {
  return { name, address, publicKey };
}
