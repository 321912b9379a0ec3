import { compareBytes, concatBytes, utf8Encode } from "../../core/bytes.ts";
import { bytesOfAddress } from "../../core/crypto/address.ts";
import { defineGenesis, type Fault } from "../../core/module.ts";
import { epoch } from "../clock/index.ts";
import { saveCounter } from "./counters.ts";
import { errors } from "./errors.ts";
import { paramFaults } from "./params.ts";
import { counters, incidents, params } from "./state.ts";
import { GenesisState, type Counter, type Incidents } from "./types.ts";

const mostNameBytes = 255;

/** Bytes in the order of the state's keys. */
function orderOf(record: Counter | Incidents): Uint8Array {
  const service = utf8Encode(record.service);
  const node = bytesOfAddress(record.node);
  const parts = [Uint8Array.of(service.length), service];
  if ("key" in record) {
    const key = utf8Encode(record.key);
    parts.push(Uint8Array.of(record.role, key.length), key);
  }
  return concatBytes(...parts, node);
}

function formFault(record: Counter | Incidents): string | undefined {
  const { service } = record;
  if (service === "" || utf8Encode(service).length > mostNameBytes)
    return `service: expected 1..${mostNameBytes} bytes, got "${service}"`;
  if ("key" in record) {
    if (record.key === "" || utf8Encode(record.key).length > mostNameBytes)
      return `key: expected 1..${mostNameBytes} bytes, got "${record.key}"`;
    if (record.role < 1 || record.role > 3)
      return `role: expected executor, validator or emitter, got ${record.role}`;
  } else if (record.recentMs.some((time, i) => i > 0 && time < (record.recentMs[i - 1] ?? 0n))) {
    return "recent_ms: expected ascending times";
  }
  return undefined;
}

function recordFaults(name: string, records: readonly (Counter | Incidents)[]): Fault[] {
  const faults: Fault[] = [];
  let last: Uint8Array | undefined;
  for (const [i, record] of records.entries()) {
    const fail = (text: string): void => void faults.push({ pointer: `/${name}/${i}`, text });
    const form = formFault(record);
    if (form !== undefined) {
      fail(form);
      continue;
    }
    const order = orderOf(record);
    if (last !== undefined && compareBytes(last, order) >= 0)
      fail("expected the order of the store, each record once");
    last = order;
  }
  return faults;
}

/** A value from a later epoch has no age: every draw that reads it would fail until that epoch comes. */
function requireCome({ service, node, epoch: touched }: Counter | Incidents, now: bigint): void {
  if (touched <= now) return;
  throw errors.epochAhead(`${service} ${node}: epoch: expected at most ${now}, got ${touched}`);
}

export const genesis = defineGenesis<GenesisState>({
  codec: GenesisState,
  message: "assay.reputation.v1.GenesisState",
  validate: (state) => [
    ...paramFaults(state.params),
    ...recordFaults("counters", state.counters),
    ...recordFaults("incidents", state.incidents),
  ],
  init(ctx, state) {
    params.set(ctx, state.params);
    const now = epoch(ctx);
    for (const record of [...state.counters, ...state.incidents]) requireCome(record, now);
    for (const counter of state.counters) saveCounter(ctx, undefined, counter);
    for (const record of state.incidents) incidents.set(ctx, [record.service, record.node], record);
  },
  export: (ctx) => ({
    params: params.get(ctx),
    counters: [...counters.values(ctx)],
    incidents: [...incidents.values(ctx)],
  }),
});
