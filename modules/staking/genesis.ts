import type { Ctx, ReadCtx } from "../../core/context.ts";
import { amount } from "../../core/math/integers.ts";
import { defineGenesis, type Fault } from "../../core/module.ts";
import { requireReceiver } from "../bank/index.ts";
import { hold, isName } from "../registry/index.ts";
import { saveBond } from "./bonds.ts";
import { validateParams } from "./params.ts";
import * as state from "./state.ts";
import { GenesisState, type Bond } from "./types.ts";

function validate({ params, bonds, lives, book, jails }: GenesisState): Fault[] {
  const faults = validateParams(params);
  const report = (pointer: string, text: string): void => void faults.push({ pointer, text });
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  let held = book.slashed + book.withdrawn + book.penalties;
  for (const [i, bond] of bonds.entries()) {
    const key = `${bond.service}/${bond.node}`;
    if (seen.has(key)) report(`/bonds/${i}`, `expected each once, got ${key} again`);
    seen.add(key);
    counts.set(bond.node, (counts.get(bond.node) ?? 0) + 1);
    for (const text of bondFaults(bond)) report(`/bonds/${i}`, text);
    held += bond.amount;
    for (const part of bond.unbonding) held += part.amount;
  }
  for (const [i, { service, node }] of jails.entries()) {
    const key = `${service}/${node}`;
    if (seen.has(key)) report(`/jails/${i}`, `expected one without a bond, got ${key}`);
  }
  if (held !== book.deposited) {
    report("/book", `deposited: expected ${held}, got ${book.deposited}`);
  }
  for (const [i, { node, bonds: count }] of lives.entries()) {
    const expected = counts.get(node) ?? 0;
    if (count !== expected) report(`/lives/${i}`, `bonds: expected ${expected}, got ${count}`);
    counts.delete(node);
  }
  for (const node of counts.keys()) report("/lives", `expected one of ${node}, got none`);
  return faults;
}

function bondFaults(bond: Bond): string[] {
  const faults: string[] = [];
  if (!isName(bond.service)) faults.push(`service: expected a name, got "${bond.service}"`);
  if (bond.capacity < 1 || bond.capacity > 64) {
    faults.push(`capacity: expected 1..64, got ${bond.capacity}`);
  }
  if (bond.unbonding.length > 7) faults.push("unbonding: expected at most 7");
  const waiting = bond.unbonding.some(({ openSeats }) => openSeats > bond.openSeats);
  if (waiting) faults.push("unbonding: expected to wait for open seats only");
  if (bond.commitmentMs < 1n) faults.push("commitment_ms: expected more than 0");
  return faults;
}

function init(ctx: Ctx, genesis: GenesisState): void {
  state.params.set(ctx, genesis.params);
  state.book.set(ctx, genesis.book);
  state.totalBonded.set(ctx, amount(0n));
  for (const life of genesis.lives) state.lives.set(ctx, life.node, life);
  for (const bond of genesis.bonds) {
    // As MsgBond does: what is paid to a module's account would be in none of its records.
    requireReceiver(ctx, bond.node);
    requireReceiver(ctx, bond.operator);
    hold(ctx, bond.service);
    saveBond(ctx, undefined, bond);
  }
  for (const fault of genesis.faults) {
    const key = [fault.service, fault.node, fault.id] as const;
    state.faults.set(ctx, key, fault);
    state.forgetting.add(ctx, [fault.expiresMs, key]);
  }
  for (const { service, node } of genesis.tombstones) state.tombstones.add(ctx, [service, node]);
  for (const jail of genesis.jails) state.jails.set(ctx, [jail.service, jail.node], jail);
}

function exportGenesis(ctx: ReadCtx): GenesisState {
  return {
    params: state.params.get(ctx),
    bonds: [...state.bonds.values(ctx)],
    lives: [...state.lives.values(ctx)],
    book: state.book.get(ctx),
    faults: [...state.faults.values(ctx)],
    tombstones: [...state.tombstones.keys(ctx)].map(([service, node]) => ({ service, node })),
    jails: [...state.jails.values(ctx)],
  };
}

export const genesis = defineGenesis({
  codec: GenesisState,
  message: "assay.staking.v1.GenesisState",
  validate,
  init,
  export: exportGenesis,
});
