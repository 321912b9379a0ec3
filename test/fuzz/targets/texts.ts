import assert from "node:assert/strict";
import { fromBech32, toBech32 } from "@cosmjs/encoding";
import { amountField, decField } from "../../../core/codec.ts";
import { address } from "../../../core/crypto/address.ts";
import {
  addressBytes,
  bech32Config,
  bech32Decode,
  bech32Encode,
} from "../../../core/crypto/bech32.ts";
import { TxError } from "../../../core/errors.ts";
import { formatDec, parseDec } from "../../../core/math/dec.ts";
import { maxAmount, parseDecimal } from "../../../core/math/integers.ts";
import { corpusAddresses } from "../corpus.ts";
import { edgeTexts, editBytes, pickOne, randomBytes, type Random } from "../bytesEdits.ts";
import type { Target } from "../harness.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Edits of one of these texts; one in twenty as it is. */
function nextText(random: Random, seeds: readonly Uint8Array[]): Uint8Array {
  const seed = pickOne(random, seeds);
  return random(20) === 0 ? seed : editBytes(random, seed, seeds);
}

/** Addresses: the reader of the chain against CosmJS's. */
export const addressesTarget: Target = {
  name: "addresses",
  inputs: 200_000,
  make(random) {
    const made = [0, 1, 19, 20, 21, 32, 33].flatMap((length) =>
      ["assay", "cosmos", "a"].map((prefix) => bech32Encode(prefix, randomBytes(random, length))),
    );
    const seeds = [...corpusAddresses(), ...made, ...edgeTexts].map(encode);
    return {
      next: () => (random(4) === 0 ? freshAddress(random) : nextText(random, seeds)),
      run(bytes) {
        const text = decode(bytes);
        const ours = bech32Decode(text);
        const theirs = cosmjs(text);
        assert.deepEqual(ours?.bytes, theirs?.data);
        assert.equal(ours?.prefix, theirs?.prefix);
        if (ours !== undefined) assert.equal(bech32Encode(ours.prefix, ours.bytes), text);
        const known = addressBytes(text);
        try {
          assert.equal(address(text), text);
        } catch (error) {
          assert.ok(error instanceof TxError && error.code === 7, String(error));
          assert.equal(known, undefined);
          return "rejected";
        }
        assert.ok(known !== undefined);
        assert.equal(toBech32(bech32Config.prefix, known), text);
        return "accepted";
      },
    };
  },
};

function freshAddress(random: Random): Uint8Array {
  const prefix = pickOne(random, ["assay", "assay", "cosmos"]);
  return encode(bech32Encode(prefix, randomBytes(random, pickOne(random, [20, 20, 32, 12, 40]))));
}

/** CosmJS takes upper case and non-zero padding is refused by both; ours is lower case alone. */
function cosmjs(text: string): { prefix: string; data: Uint8Array } | undefined {
  if (text !== text.toLowerCase()) return undefined;
  try {
    return fromBech32(text);
  } catch {
    return undefined;
  }
}

/** Amounts and fractions against what a regular expression and BigInt make of them. */
export const numbersTarget: Target = {
  name: "amounts and fractions",
  inputs: 200_000,
  make(random) {
    const numbers = [
      "0",
      "1",
      "10",
      "999",
      "1.5",
      "0.000000000000000001",
      "0.25",
      "1.0",
      String(maxAmount),
    ];
    const seeds = [...numbers, ...edgeTexts].map(encode);
    return {
      next: () => (random(4) === 0 ? digits(random) : nextText(random, seeds)),
      run(bytes) {
        const text = decode(bytes);
        const plain = /^(?:0|[1-9][0-9]{0,38})$/.test(text) ? BigInt(text) : undefined;
        assert.equal(parseDecimal(text), plain);
        const fits =
          text === "" ? 0n : plain !== undefined && plain <= maxAmount ? plain : undefined;
        for (const field of [amountField, decField])
          assert.equal(
            parsed(() => field.fromWire(text)),
            fits,
          );
        const fraction = /^(0|[1-9][0-9]{0,38})(?:\.([0-9]{1,18}))?$/.exec(text);
        const expected =
          fraction === null
            ? undefined
            : BigInt(`${fraction[1]}${(fraction[2] ?? "").padEnd(18, "0")}`);
        const ours = parseDec(text);
        assert.equal(ours, expected);
        if (ours !== undefined && fraction !== null && (fraction[1] ?? "").length < 39)
          assert.equal(parseDec(formatDec(ours)), ours);
        return plain === undefined && ours === undefined ? "rejected" : "accepted";
      },
    };
  },
};

function parsed(parse: () => bigint): bigint | undefined {
  try {
    return parse();
  } catch (error) {
    assert.ok(error instanceof TxError && error.code === 18, String(error));
    return undefined;
  }
}

function digits(random: Random): Uint8Array {
  const run = (length: number): string => Array.from({ length }, () => random(10)).join("");
  const whole = run(random(42));
  return encode(random(2) === 0 ? whole : `${whole}.${run(random(21))}`);
}
