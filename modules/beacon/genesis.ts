import { toHex } from "../../core/bytes.ts";
import type { Ctx, ReadCtx } from "../../core/context.ts";
import { defineGenesis, type Fault } from "../../core/module.ts";
import { one } from "../../core/math/dec.ts";
import { parseDecimal } from "../../core/math/integers.ts";
import { addContributor } from "./contributors.ts";
import { errors } from "./errors.ts";
import {
  contributions,
  contributors,
  draws,
  lastBeacon,
  pendingCount,
  requestBlocks,
} from "./state.ts";
import { GenesisState, PendingDraw, type Contributor } from "./types.ts";

type Fail = (pointer: string, text: string) => void;

// CometBFT's own limit of the total is MaxInt64 / 8.
const maxPower = 2n ** 60n - 1n;

function lengthFault(name: string, bytes: Uint8Array, expected: number): string | undefined {
  if (bytes.length === expected) return undefined;
  return `${name}: expected ${expected} bytes, got ${bytes.length}`;
}

function contributorFault(contributor: Contributor): string | undefined {
  const { consAddress, pubkey, proofOfPossession, power } = contributor;
  if (power < 1n || power > maxPower) return `power: expected 1..${maxPower}, got ${power}`;
  return (
    lengthFault("cons_address", consAddress, 20) ??
    lengthFault("pubkey", pubkey, 48) ??
    lengthFault("proof_of_possession", proofOfPossession, 96)
  );
}

function checkContributors(genesis: GenesisState, fail: Fail): void {
  const seen = new Set<string>();
  let total = 0n;
  for (const [i, contributor] of genesis.contributors.entries()) {
    const fault = contributorFault(contributor);
    if (fault !== undefined) fail(`/contributors/${i}`, fault);
    for (const name of [toHex(contributor.consAddress), toHex(contributor.pubkey)]) {
      if (seen.has(name)) fail(`/contributors/${i}`, `expected ${name} once`);
      seen.add(name);
    }
    total += contributor.power;
  }
  if (total > maxPower)
    fail("/contributors", `sum of powers: expected at most ${maxPower}, got ${total}`);
}

function drawFault(draw: GenesisState["pending"][number]): string | undefined {
  const { requestedHeight, earliestHeight, latestHeight } = draw;
  if (earliestHeight <= requestedHeight || latestHeight < earliestHeight) {
    return `heights: expected requested < earliest <= latest, got ${requestedHeight}, ${earliestHeight}, ${latestHeight}`;
  }
  const power = parseDecimal(draw.drawPower);
  if (power === undefined || power >= one)
    return `draw_power: expected below 1, got ${draw.drawPower}`;
  return draw.totalPower === 0n ? "total_power: expected more than 0, got 0" : undefined;
}

function checkPending(genesis: GenesisState, fail: Fail): void {
  const seen = new Set<string>();
  for (const [i, draw] of genesis.pending.entries()) {
    const fault = drawFault(draw);
    if (fault !== undefined) fail(`/pending/${i}`, fault);
    const name = `${draw.kind} ${draw.id}`;
    if (seen.has(name)) fail(`/pending/${i}`, `draw ${name}: expected it once`);
    seen.add(name);
  }
  let last = 0n;
  for (const [i, { height, beacon, proposer }] of genesis.contributions.entries()) {
    if (height <= last)
      fail(`/contributions/${i}`, `height: expected more than ${last}, got ${height}`);
    const fault = lengthFault("beacon", beacon, 32) ?? lengthFault("proposer", proposer, 20);
    if (fault !== undefined) fail(`/contributions/${i}`, fault);
    last = height;
  }
  last = 0n;
  for (const [i, { height, appHash }] of genesis.requestBlocks.entries()) {
    if (height <= last)
      fail(`/request_blocks/${i}`, `height: expected more than ${last}, got ${height}`);
    const fault = lengthFault("app_hash", appHash, 32);
    if (fault !== undefined) fail(`/request_blocks/${i}`, fault);
    last = height;
  }
}

function validate(genesis: GenesisState): Fault[] {
  const faults: Fault[] = [];
  const fail: Fail = (pointer, text) => void faults.push({ pointer, text });
  checkContributors(genesis, fail);
  const fault = genesis.last.length === 0 ? undefined : lengthFault("last", genesis.last, 32);
  if (fault !== undefined) fail("/last", fault);
  checkPending(genesis, fail);
  return faults;
}

function init(ctx: Ctx, genesis: GenesisState): void {
  for (const contributor of genesis.contributors) {
    const { consAddress, pubkey, proofOfPossession } = contributor;
    // A key without a proof could be made of the others' keys.
    if (!ctx.crypto.verifyBlsPossession(pubkey, proofOfPossession)) {
      throw errors.invalidProof(`contributor ${toHex(consAddress)}: invalid proof of possession`);
    }
    addContributor(ctx, contributor);
  }
  lastBeacon.set(ctx, genesis.last.length === 0 ? new Uint8Array(32) : genesis.last);
  pendingCount.set(ctx, BigInt(genesis.pending.length));
  for (const draw of genesis.pending) {
    draws.set(ctx, [draw.kind, draw.id], PendingDraw.fromWire(draw));
  }
  for (const one of genesis.contributions) contributions.set(ctx, one.height, one);
  for (const one of genesis.requestBlocks) requestBlocks.set(ctx, one.height, one);
}

function exportGenesis(ctx: ReadCtx): GenesisState {
  return {
    contributors: [...contributors.values(ctx)],
    last: lastBeacon.get(ctx),
    pending: [...draws.values(ctx)].map((draw) => PendingDraw.toWire(draw)),
    contributions: [...contributions.values(ctx)],
    requestBlocks: [...requestBlocks.values(ctx)],
  };
}

export const genesis = defineGenesis<GenesisState>({
  codec: GenesisState,
  message: "assay.beacon.v1.GenesisState",
  validate,
  init,
  export: exportGenesis,
});
