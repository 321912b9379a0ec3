import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  createMultisigThresholdPubkey,
  encodeSecp256k1Pubkey,
  pubkeyToAddress,
} from "@cosmjs/amino";
import { fromBase64, fromBech32 } from "@cosmjs/encoding";
import { encodePubkey } from "@cosmjs/proto-signing";
import { decodeTx } from "../../app/tx/decode.ts";
import { publicKeyOf } from "../../app/tx/keys.ts";
import { aminoDoc } from "../../app/tx/signDoc.ts";
import { compareAscii, fromHex, utf8Decode } from "../../core/bytes.ts";
import { addressBytes } from "../../core/crypto/bech32.ts";
import { routedTypes } from "../support/aminoSamples.ts";
import { testRegistry } from "../support/driverReplica.ts";

type Vector = {
  readonly tx: string;
  readonly chainId: string;
  readonly accountNumber: number;
  readonly sequence: number;
  readonly doc: string;
};

const file = new URL("./data/amino.json", import.meta.url);

describe("vectors: amino documents of the Cosmos SDK (x/tx 0.13.7)", () => {
  it("every message that the chain accepts gives the SDK's own bytes", (context) => {
    const vectors = JSON.parse(readFileSync(file, "utf8")) as Vector[];
    const seen = new Set<string>();
    for (const { tx, chainId, accountNumber, doc } of vectors) {
      const decoded = decodeTx(testRegistry(), fromHex(tx) ?? assert.fail());
      const own = aminoDoc(decoded, 0, { chainId, accountNumber: BigInt(accountNumber) });
      assert.equal(utf8Decode(own), doc);
      for (const { typeUrl } of decoded.body.messages) seen.add(typeUrl);
    }
    assert.deepEqual([...seen].sort(compareAscii), routedTypes());
    context.diagnostic(`${vectors.length} documents of ${seen.size} types`);
  });
});

describe("vectors: multisig addresses", () => {
  // Of the CosmJS suite's chain: accounts 18 to 20, thresholds 1 to 3 of the faucet's five keys.
  const faucet = [
    "A08EGB7ro1ORuFhjOnZcSgwYlpe0DSFjVNUIkNNQxwKQ",
    "AiDosfIbBi54XJ1QjCeApumcy/FjdtF+YhywPf3DKTx7",
    "AzQg33JZqH7vSsm09esZY5bZvmzYwE/SY78cA0iLxpD7",
    "A3gOAlB6aiRTCPvWMQg2+ZbGYNsLd8qlvV28m8p2UhY2",
    "Aum2063ub/ErUnIUB36sK55LktGUStgcbSiaAnL1wadu",
  ].map((key) => encodeSecp256k1Pubkey(fromBase64(key)));
  const expected = [
    [1, "cosmos1v75snhly7wfndk83ud4daygh397vcmkta8rlzq"],
    [2, "cosmos1h90ml36rcu7yegwduzgzderj2jmq49hcpfclw9"],
    [3, "cosmos1d2mg2euvus3tu2tprfwrfzeal4xu7kygugjxjc"],
  ] as const;
  for (const [threshold, address] of expected) {
    it(`${threshold} of 5 is ${address}`, () => {
      const key = createMultisigThresholdPubkey(faucet, threshold);
      assert.equal(pubkeyToAddress(key, "cosmos"), address);
      const own = publicKeyOf(encodePubkey(key));
      assert.ok(own.type === "multisig");
      assert.equal(own.threshold, threshold);
      assert.deepEqual(addressBytes(own.address), fromBech32(address).data);
    });
  }

  it("members in another order have another address, and it is the one that CosmJS gives", () => {
    const ordered = createMultisigThresholdPubkey(faucet, 2, true);
    const own = publicKeyOf(encodePubkey(ordered));
    assert.ok(own.type === "multisig");
    const expectedAddress = pubkeyToAddress(ordered, "cosmos");
    assert.notEqual(expectedAddress, expected[1][1]);
    assert.deepEqual(addressBytes(own.address), fromBech32(expectedAddress).data);
  });
});
