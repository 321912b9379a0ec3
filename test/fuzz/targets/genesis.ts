import assert from "node:assert/strict";
import { toJson, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { StartError } from "../../../app/errors.ts";
import { descriptorOf, parseAppState } from "../../../app/genesis/parse.ts";
import { startChain } from "../../support/driver.ts";
import { Replica, testRegistry } from "../../support/driverReplica.ts";
import { testPower } from "../../support/chainGenesis.ts";
import type { GenesisDef } from "../../../core/module.ts";
import { editBytes, pickOne, type Random } from "../bytesEdits.ts";
import type { Target } from "../harness.ts";
import { livedNet } from "../livedNet.ts";
import { editJson, type Json } from "../jsonEdits.ts";

/**
 * app_state of a chain that starts and of one that has lived; what is accepted is written and read again, and a chain
 * begins with it where it is whole (B21). The input: whose part it is (255: everybody's), then the JSON. Most have one
 * part: the checks of all, with their curve arithmetic, take milliseconds.
 */
export const genesisTarget: Target = {
  name: "genesis",
  inputs: 100_000,
  make(random) {
    const { modules, descriptors } = testRegistry();
    const { states, begin } = seeds();
    const whole = { tried: 0, begun: 0, refused: 0 };
    const parts = modules.map(({ name }) =>
      states.map((state) => ({ [name]: state[name] ?? null })),
    );
    const cheap = modules.flatMap(({ name, genesis }, i) =>
      genesis === undefined || name === "beacon" ? [] : [i],
    );
    return {
      next() {
        const way = random(540);
        const beacon = modules.findIndex(({ name }) => name === "beacon");
        const which = way < 30 ? all : way < 34 ? beacon : pickOne(random, cheap);
        const own = which === all ? states : (parts[which] ?? []);
        return Buffer.concat([Uint8Array.of(which), nextText(random, own, states)]);
      },
      run(bytes) {
        const [which = all] = bytes;
        const judged = which === all ? modules : modules.slice(which, which + 1);
        if (which === all) whole.tried += 1;
        const text = new TextDecoder().decode(bytes.subarray(1));
        const { parts: read, faults } = parseAppState(judged, descriptors, text);
        for (const { pointer, text: fault } of faults) assert.ok(pointer !== "" && fault !== "");
        if (faults.length > 0) return "rejected";
        for (const { def, genesis } of read) {
          const written = def.codec.encode(genesis);
          const again = def.codec.encode(def.codec.decode(written));
          assert.deepEqual(Buffer.from(again), Buffer.from(written));
        }
        if (which !== all) return "accepted";
        if (begin(bytes.subarray(1))) whole.begun += 1;
        else whole.refused += 1;
        return "accepted";
      },
      facts: () => ({ "refused by InitChain": whole.refused }),
      counts: () => ({
        "whole genesis files tried": whole.tried,
        "whole genesis files with which a chain made its first block": whole.begun,
      }),
    };
  },
};

const all = 255;

function nextText(random: Random, seeds: readonly Json[], others: readonly Json[]): Uint8Array {
  const seed = seeds[random(seeds.length)] ?? null;
  const way = random(20);
  const text = JSON.stringify(way < 4 ? seed : editJson(random, seed, others));
  const bytes = new TextEncoder().encode(text);
  return way === 1 || way === 2 ? editBytes(random, bytes, [bytes]) : bytes;
}

type Seeds = {
  readonly states: readonly Record<string, Json>[];
  /** Whether a chain begins with it; whatever is not refused by name makes a block. */
  readonly begin: (appStateBytes: Uint8Array) => boolean;
};

function seeds(): Seeds {
  const fresh = startChain({ accounts: 2, proposers: 1 }).appState as Record<string, Json>;
  const { chain } = livedNet({ proposers: 1 }).net;
  const { modules, descriptors } = testRegistry();
  const lived: Record<string, Json> = {};
  for (const { name, genesis } of modules) {
    if (genesis === undefined) continue;
    const type = descriptorOf(descriptors, genesis.message);
    lived[name] = exported(
      genesis,
      type,
      chain.read((ctx) => genesis.export(ctx)),
    );
  }
  const { chainId, consensusParams, proposers } = chain;
  const initialHeight = chain.height + 1n;
  const time = { seconds: chain.timeMs / 1000n + 1n, nanos: 0 };
  const validators = proposers.map(({ publicKey }) => ({
    pubKey: { ed25519: publicKey },
    power: testPower,
  }));
  const begin = (appStateBytes: Uint8Array): boolean => {
    const { app } = new Replica({ chainId, storage: "memory", minGasPrices: [] });
    try {
      app.initChain({ chainId, consensusParams, time, validators, appStateBytes, initialHeight });
    } catch (error) {
      assert.ok(error instanceof StartError && error.fix.length > 0, String(error));
      return false;
    }
    const block = { ...chain.nextRequest([]), height: initialHeight };
    app.finalizeBlock({ ...block, time: { seconds: time.seconds + 1n, nanos: 0 } });
    app.commit({});
    return true;
  };
  return { states: [fresh, lived], begin };
}

function exported(def: GenesisDef<unknown>, type: DescMessage, genesis: unknown): Json {
  const { descriptors } = testRegistry();
  const message = fromBinary(type, def.codec.encode(genesis));
  return toJson(type, message, { registry: descriptors, useProtoFieldName: true }) as Json;
}
