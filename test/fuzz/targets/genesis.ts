import assert from "node:assert/strict";
import { toJson, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { descriptorOf, parseAppState } from "../../../app/genesis/parse.ts";
import { startChain } from "../../support/driver.ts";
import { testRegistry } from "../../support/driverReplica.ts";
import type { GenesisDef } from "../../../core/module.ts";
import { editBytes } from "../bytesEdits.ts";
import type { Target } from "../harness.ts";
import { livedNet } from "../livedNet.ts";
import { editJson, type Json } from "../jsonEdits.ts";

/** app_state of a chain that starts and of one that has lived; what is accepted is written and read again. */
export const genesisTarget: Target = {
  name: "genesis",
  inputs: 100_000,
  make(random) {
    const { modules, descriptors } = testRegistry();
    const states = seedStates();
    const texts = states.map((state) => new TextEncoder().encode(JSON.stringify(state)));
    return {
      next() {
        const way = random(20);
        const index = random(states.length);
        if (way === 0) return texts[index] ?? new Uint8Array();
        if (way < 3) return editBytes(random, texts[index] ?? new Uint8Array(), texts);
        const edited = editJson(random, states[index] ?? null, states);
        return new TextEncoder().encode(JSON.stringify(edited));
      },
      run(bytes) {
        const { parts, faults } = parseAppState(modules, descriptors, new TextDecoder().decode(bytes));
        for (const { pointer, text } of faults) assert.ok(pointer !== "" && text !== "");
        if (faults.length > 0) return "rejected";
        for (const { def, genesis } of parts) {
          const written = def.codec.encode(genesis);
          const again = def.codec.encode(def.codec.decode(written));
          assert.deepEqual(Buffer.from(again), Buffer.from(written));
        }
        return "accepted";
      },
    };
  },
};

/** One module's part at a time beside the others' as they are: small inputs reach deep. */
function seedStates(): Json[] {
  const fresh = startChain({ accounts: 2, proposers: 1 }).appState as Json;
  const { chain } = livedNet({ proposers: 1 }).net;
  const { modules, descriptors } = testRegistry();
  const lived: Record<string, Json> = {};
  for (const { name, genesis } of modules) {
    if (genesis === undefined) continue;
    const type = descriptorOf(descriptors, genesis.message);
    lived[name] = exported(genesis, type, chain.read((ctx) => genesis.export(ctx)));
  }
  return [fresh, lived];
}

function exported(def: GenesisDef<unknown>, type: DescMessage, genesis: unknown): Json {
  const { descriptors } = testRegistry();
  const message = fromBinary(type, def.codec.encode(genesis));
  return toJson(type, message, { registry: descriptors, useProtoFieldName: true }) as Json;
}

