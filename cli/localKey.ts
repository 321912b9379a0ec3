import { DirectSecp256k1Wallet } from "@cosmjs/proto-signing";
import type { AssayClient } from "../client/index.ts";
import { userError } from "../client/index.ts";
import { deriveKey } from "../client/keyring/keyring.ts";
import type { CliContext } from "./context.ts";

/**
 * PUBLIC mnemonic of every local network: its accounts hold play money, so that the first command of a newcomer
 * needs no key. Never used on a chain whose id is not local.
 */
export const localMnemonic =
  "lock climb first spread case junior caution jump annual cake fatigue razor remain recipe curve judge pretty shaft arctic walk that youth iron strategy";

/** A client that signs with account 0 of the local network; on any other chain --from is required. */
export async function localKey(cli: CliContext): Promise<AssayClient> {
  const reader = await cli.connect();
  if (!/-(local|dev)-[0-9]+$/.test(reader.chainId)) {
    throw userError("E4011", {
      field: "--from",
      expected: `the name of a key (chain ${reader.chainId} is not local)`,
      actual: "nothing",
    });
  }
  const signer = await DirectSecp256k1Wallet.fromKey(deriveKey(localMnemonic), "assay");
  return cli.connect(undefined, { signer });
}
