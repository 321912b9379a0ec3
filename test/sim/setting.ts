import { one } from "../../core/math/dec.ts";
import { genesisFor, type AppState } from "../support/chainGenesis.ts";
import { testKey, testProposer, type TestKey } from "../support/keys.ts";
import type { Luck } from "./luck.ts";

export const genesisMs = 1_700_000_000_000n;

export type Cast = {
  readonly authors: readonly TestKey[];
  readonly requesters: readonly TestKey[];
  readonly nodes: readonly TestKey[];
  /** One a node; some are the node's own key. */
  readonly operators: readonly TestKey[];
  readonly users: readonly TestKey[];
  /** Without an account or coins: they live on fees that others grant them. */
  readonly newcomers: readonly TestKey[];
  /** Has next to nothing. */
  readonly poor: TestKey;
};

/** A key whose address is worked out once: actors compare addresses all the time. */
function named(name: string): TestKey {
  const key = testKey(name);
  return { ...key, address: key.address };
}

export function castOf(luck: Luck): Cast {
  const group = (name: string, count: number): TestKey[] =>
    Array.from({ length: count }, (_, i) => named(`${name} ${i}`));
  const nodes = group("node", luck.between(5, 10));
  const hot = group("operator", nodes.length);
  return {
    authors: group("author", 2),
    requesters: group("requester", 3),
    nodes,
    operators: nodes.map((node, i) => (i % 2 === 0 ? node : (hot[i] ?? node))),
    users: group("user", 4),
    newcomers: group("newcomer", 3),
    poor: named("poor"),
  };
}

export type Setting = {
  readonly appState: AppState;
  readonly proposers: number;
  readonly maxGas: bigint;
  readonly maxBytes: bigint;
};

/** A genesis whose caps, windows and periods are drawn from the seed, small enough to be reached. */
export function settingOf(chainId: string, cast: Cast, luck: Luck): Setting {
  const proposers = luck.between(1, 6);
  const all = [...cast.authors, ...cast.requesters, ...cast.nodes, ...cast.operators];
  const accounts = [...new Set([...all, ...cast.users, cast.poor])];
  const appState = genesisFor({
    ...{ chainId, timeMs: genesisMs, accounts },
    proposers: Array.from({ length: proposers }, (_, i) => testProposer(i)),
  });
  impoverish(appState, cast.poor);
  Object.assign(appState["tasks"].params, {
    keep_blocks: String(luck.between(20, 80)),
    due_per_block: luck.pick([1, 4, 20, 500]),
    max_open_seats: luck.pick([12, 60, 10_000]),
    requests_per_block: luck.pick([1, 3, 200]),
    service_floor_seats: luck.pick([0, 6, 100]),
    draw_delay: luck.pick([1, 1, 3]),
    draw_limit: luck.pick([10, 40]),
    draw_power: String((one * BigInt(luck.pick([0, 100, 340, 500]))) / 1000n),
    reserves: luck.between(0, 3),
    attempts: luck.between(1, 4),
    post_fee: luck.pick(["0", "2500", "333"]),
    max_inline: luck.pick([64, 16_384]),
  });
  Object.assign(appState["staking"].params, {
    due_per_block: luck.pick([1, 500]),
    unbonding_ms: luck.pick(["10000", "120000"]),
    lease_slots: luck.between(1, 3),
  });
  Object.assign(appState["registry"].params, {
    due_per_block: luck.pick([1, 500]),
    name_commit_required: luck.hits(300),
    name_commit_max_ms: "20000",
    name_rest_ms: "30000",
  });
  return {
    appState,
    proposers,
    maxGas: luck.pick([-1n, -1n, 12_000_000n]),
    maxBytes: luck.pick([4_194_304n, 4_194_304n, 20_000n]),
  };
}

function impoverish(appState: AppState, { address }: TestKey): void {
  const balances = appState["bank"].balances as { address: string; coins: { amount: string }[] }[];
  const own = balances.find((entry) => entry.address === address);
  const [coin] = own?.coins ?? [];
  if (coin !== undefined) coin.amount = "9000";
  // The sum of the balances is what a genesis without one means.
  delete appState["bank"].supply;
}
