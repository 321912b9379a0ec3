import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dec, one } from "../../../../core/math/dec.ts";
import { amount } from "../../../../core/math/integers.ts";
import { Role } from "../../../../modules/registry/index.ts";
import * as reputation from "../../../../modules/reputation/index.ts";
import { GenesisState } from "../../../../modules/reputation/types.ts";
import {
  QueryBreakdownRequest,
  QueryBreakdownResponse,
  QueryParamsRequest,
  QueryParamsResponse,
} from "../../../../proto/gen/assay/reputation/v1/query.ts";
import {
  ask,
  broken,
  exportGenesis,
  genesisFaults,
  initGenesis,
} from "../../../support/moduleCalls.ts";
import { nodeAt, nodesWorld, service, taskKey } from "../../../support/nodes.ts";

const { reputationModule: module } = reputation;
const params = reputation.defaultParams;

function workedWorld() {
  const world = nodesWorld([]);
  for (let i = 0; i < 5; i++) {
    const place = { node: nodeAt(i), service: i < 3 ? service : "other" };
    const work = { ...place, role: Role.ROLE_VALIDATOR, key: i === 4 ? "later" : taskKey };
    const ctx = world.atEpoch(BigInt(i * 100));
    reputation.recordSuccess(ctx, { ...work, weight: dec(3n * one) });
    reputation.recordFailure(ctx, { ...work, role: Role.ROLE_EXECUTOR, weight: dec(one) });
    reputation.recordGoodSeat(ctx, place);
    reputation.recordContentFault(ctx, { ...place, fraction: dec(one / 2n), amount: amount(9n) });
  }
  return world;
}

describe("reputation: genesis", () => {
  it("export, init, export gives equal bytes, store and scores", () => {
    const world = workedWorld();
    const ctx = world.atEpoch(900n);
    const bytes = exportGenesis(module, ctx);
    const fresh = nodesWorld([]);
    initGenesis(module, fresh.atEpoch(900n), GenesisState.decode(bytes));
    assert.deepEqual(exportGenesis(module, fresh.atEpoch(900n)), bytes);
    const own = (dump: Map<string, Uint8Array>): [string, Uint8Array][] =>
      [...dump].filter(([key]) => key.startsWith("reputation/"));
    assert.deepEqual(own(fresh.store.dump()), own(world.store.dump()));
    assert.equal(own(world.store.dump()).length, 1 + 5 + 10 + 10);
    assert.deepEqual(broken(module, fresh.atEpoch(900n)), []);
  });

  it("refuses parameters at each bound -1 and +1, and takes the bounds", () => {
    const faultsOf = (changes: object): string[] =>
      genesisFaults(module, { params: { ...params, ...changes }, counters: [], incidents: [] }).map(
        ({ pointer }) => pointer,
      );
    const years = 3_650n * 86_400_000n;
    for (const [field, pointer, low, high] of [
      ["halfLifeMs", "/params/half_life_ms", 1_000n, years],
      ["newcomerLoad", "/params/newcomer_load", 0n, 100n * one],
    ] as const) {
      assert.deepEqual(faultsOf({ [field]: low - 1n }), [pointer]);
      assert.deepEqual(faultsOf({ [field]: high + 1n }), [pointer]);
      for (const value of [low, low + 1n, high - 1n, high])
        assert.deepEqual(faultsOf({ [field]: value }), []);
    }
  });

  it("refuses records out of order, twice, or of a wrong form, each by its place", () => {
    const state = GenesisState.decode(exportGenesis(module, workedWorld().atEpoch(900n)));
    const { counters, incidents } = state;
    const [first, ...others] = counters;
    const [incident] = incidents;
    assert.ok(first !== undefined && incident !== undefined);
    const cases = [
      [{ counters: [...others, first] }, "/counters/9"],
      [{ counters: [first, first] }, "/counters/1"],
      [{ counters: [{ ...first, key: "" }] }, "/counters/0"],
      [{ counters: [{ ...first, role: 0 }] }, "/counters/0"],
      [{ counters: [{ ...first, role: 4 }] }, "/counters/0"],
      [{ counters: [{ ...first, service: "" }] }, "/counters/0"],
      [{ counters: [{ ...first, service: "s".repeat(256) }] }, "/counters/0"],
      [{ incidents: [...incidents].reverse() }, "/incidents/1"],
      [{ incidents: [incident, incident] }, "/incidents/1"],
      [{ incidents: [{ ...incident, recentMs: [2n, 1n] }] }, "/incidents/0"],
    ] as const;
    assert.deepEqual(genesisFaults(module, state), []);
    for (const [changes, pointer] of cases) {
      const faults = genesisFaults(module, { ...state, ...changes });
      assert.equal(faults[0]?.pointer, pointer, JSON.stringify(faults));
    }
  });

  it("refuses records from an epoch that has not come: they have no age", () => {
    const state = GenesisState.decode(exportGenesis(module, workedWorld().atEpoch(400n)));
    const parts = [
      { counters: state.counters, incidents: [] },
      { counters: [], incidents: state.incidents },
    ];
    for (const part of parts) {
      const at = (epoch: bigint): void =>
        module.genesis?.init(nodesWorld([]).atEpoch(epoch), { ...state, ...part });
      assert.throws(() => at(399n), { codespace: "reputation", code: 2 });
      assert.doesNotThrow(() => at(400n));
    }
  });

  it("invariants find sums that drifted and records from the future", () => {
    const world = workedWorld();
    assert.deepEqual(broken(module, world.atEpoch(400n)), []);
    const early = broken(module, world.atEpoch(399n)).join();
    assert.match(early, /epoch: expected at most 399, got 400/);
    const state = GenesisState.decode(exportGenesis(module, world.atEpoch(400n)));
    const [incident, ...rest] = state.incidents;
    assert.ok(incident !== undefined);
    const drifted = { ...incident, successes: dec(incident.successes + one / 1_000n) };
    const fresh = nodesWorld([]);
    initGenesis(module, fresh.atEpoch(400n), { ...state, incidents: [drifted, ...rest] });
    assert.match(broken(module, fresh.atEpoch(400n)).join(), /sumsMatchCounters/);
  });
});

describe("reputation: queries", () => {
  it("Params answers the parameters", () => {
    const request = QueryParamsRequest.encode({}).finish();
    const path = "/assay.reputation.v1.Query/Params";
    const answer = ask(module, workedWorld().at(), path, request, QueryParamsResponse);
    assert.deepEqual(answer.params, { halfLifeMs: params.halfLifeMs, newcomerLoad: `${2n * one}` });
  });

  it("Breakdown shows the node's counters on that service alone", () => {
    const world = workedWorld();
    const path = "/assay.reputation.v1.Query/Breakdown";
    const breakdownOf = (of: string, node: string): QueryBreakdownResponse => {
      const request = QueryBreakdownRequest.encode({ service: of, node }).finish();
      return ask(module, world.atEpoch(400n), path, request, QueryBreakdownResponse);
    };
    const answer = breakdownOf("other", nodeAt(4));
    assert.deepEqual(
      answer.counters.map(({ role, key, successes, failures }) => [role, key, successes, failures]),
      [
        [Role.ROLE_EXECUTOR, "later", "0", `${one}`],
        [Role.ROLE_VALIDATOR, "later", `${3n * one}`, "0"],
      ],
    );
    assert.equal(answer.incidents?.slashedTotal, "9");
    assert.equal(answer.repService, `${(4n * one) / 7n}`);
    assert.equal(answer.incidentFactor, `${one / 3n}`);
    assert.equal(answer.repeats, 1n);
    assert.deepEqual(breakdownOf(service, nodeAt(4)).counters, []);
    assert.throws(() => breakdownOf(service, "nobody"), { code: 7 });
  });
});
