import assert from "node:assert/strict";
import type { DescMessage } from "@bufbuild/protobuf";
import { equalBytes } from "../../../core/bytes.ts";
import { TxError } from "../../../core/errors.ts";
import type { MsgDef } from "../../../core/module.ts";
import { WireScanner } from "../../../core/wire/scanner.ts";
import { testRegistry } from "../../support/driverReplica.ts";
import type { Random } from "../bytesEdits.ts";
import { corpusAddresses, corpusMessages } from "../corpus.ts";
import type { Runner, Target } from "../harness.ts";
import { Mutator } from "../mutate.ts";
import { sampleOf } from "../samples.ts";
import { reencoded, secondCodec } from "../secondCodec.ts";

/** One target a message type: strict reader, codec with its field parsers, signer and stateless checks. */
export function messageTargets(): Target[] {
  return [...testRegistry().msgs.values()].map((def) => ({
    name: `message ${def.typeUrl}`,
    group: "messages of all kinds",
    inputs: 100_000,
    make: (random) => messageRunner(def, random),
  }));
}

function messageRunner(def: MsgDef<unknown, unknown>, random: Random): Runner {
  const { schema } = testRegistry();
  const name = def.typeUrl.slice(1);
  const second = secondCodec(name);
  const real = corpusMessages().filter(({ typeUrl }) => typeUrl === def.typeUrl);
  const texts = corpusAddresses();
  const samples = Array.from({ length: 1000 }, (_, i) =>
    sampleOf(schema, name, random, { texts, full: i % 3 === 0 }),
  );
  // Those that pass every check lead furthest.
  const good = samples.filter((sample) => parses(def, sample)).slice(0, 8);
  const seeds = [...real.map(({ value }) => value), ...good, ...samples.slice(0, 6)];
  const mutator = new Mutator(random, seeds);
  const facts = { "good messages": 0 };
  return {
    next: () => mutator.next(),
    run(bytes) {
      const fault = new WireScanner(schema, () => undefined).scan(name, bytes);
      if (fault !== undefined) {
        refusedRightly(second, bytes, fault);
        return "rejected";
      }
      const again = reencoded(second, bytes);
      assert.ok(again !== undefined && equalBytes(again, bytes), "second codec: other bytes");
      if (parses(def, bytes)) facts["good messages"] += 1;
      return "accepted";
    },
    facts: () => facts,
  };
}

/** Bytes that any encoder writes are refused for their size alone. */
function refusedRightly(second: DescMessage, bytes: Uint8Array, fault: string): void {
  // The second codec takes most of the time.
  if (bytes.length % 4 !== 0) return;
  const same = reencoded(second, bytes);
  if (same === undefined || !equalBytes(same, bytes)) return;
  assert.match(fault, /^(fields|depth|unable to resolve)/, `canonical bytes refused: ${fault}`);
}

/** Only registered errors may come out; what was parsed is written to the bytes it was read from. */
function parses(def: MsgDef<unknown, unknown>, bytes: Uint8Array): boolean {
  try {
    const value = def.request.decode(bytes);
    const written = def.request.encode(value);
    assert.ok(equalBytes(def.request.encode(def.request.decode(written)), written), "round trip");
    def.signer(value);
    def.validate?.(value);
    return true;
  } catch (error) {
    if (error instanceof TxError) return false;
    throw error;
  }
}
