import { DirectSecp256k1Wallet, type OfflineDirectSigner } from "@cosmjs/proto-signing";
import { localMnemonic } from "../cli/localKey.ts";
import { Keyring, deriveKey, type KeyInfo } from "../client/keyring/keyring.ts";
import type { Folder } from "./folder.ts";

export type Account = Pick<KeyInfo, "name" | "address">;

export const accountCount = 10;
/** Account 0 asks for tasks and publishes; accounts 1, 2, … own the executors of the same number. */
export const userAccount = 0;

/**
 * The localnet's own keyring. Owner keys stay here: an executor's home holds its operator's key alone (THREATS E7).
 */
export class Accounts {
  readonly #ring: Keyring;

  constructor(folder: Folder) {
    const home = folder.in("accounts");
    this.#ring = new Keyring({ home, backend: "test", prefix: "assay" });
  }

  /** The accounts of genesis, made from the public mnemonic when they are not there yet. */
  async list(): Promise<Account[]> {
    const accounts: Account[] = [];
    for (let index = 0; index < accountCount; index++) {
      const name = nameOf(index);
      const key =
        this.#ring.find(name) ??
        (await this.#ring.addPrivateKey(name, deriveKey(localMnemonic, { index })));
      accounts.push({ name, address: key.address });
    }
    return accounts;
  }

  privateKey(index: number): Uint8Array {
    return this.#ring.privateKey(nameOf(index));
  }

  signer(index: number): Promise<OfflineDirectSigner> {
    return DirectSecp256k1Wallet.fromKey(this.privateKey(index), "assay");
  }
}

const nameOf = (index: number): string => `account${index}`;
