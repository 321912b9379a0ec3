import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { burstBytes, type NetLab } from "./netLab.ts";
import { until, type TestNetwork } from "./network.ts";
import {
  heightIn,
  heightOf,
  processOf,
  signedBy,
  statusHeight,
  untilAll,
  untilAny,
} from "./nodeWatch.ts";
import { SlowDisk } from "./slowDisk.ts";

export type Fault = {
  readonly kind: string;
  /** No more than one third of the power is cut off: blocks go on. */
  readonly goesOn: boolean;
  readonly strike: () => Promise<unknown>;
  /**
   * While it lasts: fails unless the fault does what its name says; `since` is the highest height as it had struck.
   * Resolves with what it was seen by.
   */
  readonly effect: (since: number) => Promise<string>;
  /** Beyond mending all cables. */
  readonly mend?: () => Promise<unknown>;
};

export type World = {
  readonly lab: NetLab;
  readonly net: TestNetwork;
  /** By which each node signs. */
  readonly signers: readonly string[];
};

const flushMs = 700;

/** Every kind once; `hit` says which nodes it strikes. */
export function netFaults(world: () => World, hit: readonly number[]): Fault[] {
  const [a, b, c, d] = hit as [number, number, number, number];
  const watch = new FaultWatch(world);
  const cut = async (): Promise<void> => world().lab.partition([a, b], [c, d]);
  let disk: SlowDisk | undefined;
  let killed: number | undefined;
  return [
    {
      kind: "20 % loss",
      goesOn: true,
      strike: async () => world().lab.lose(20),
      effect: async () => watch.rulesTook(world().lab.size),
    },
    {
      kind: "2/2 partition",
      goesOn: false,
      strike: cut,
      effect: async (since) => `${await watch.rulesTook(8)}; ${await watch.nobodyGrows(since)}`,
    },
    {
      kind: "3/1 partition",
      goesOn: true,
      strike: async () => world().lab.partition([a, b, c], [d]),
      effect: async (since) => `${await watch.standsStill(d, since)}; ${await watch.rulesTook(6)}`,
    },
    {
      kind: "one-way drop",
      goesOn: true,
      strike: async () => world().lab.deafen(c, a),
      effect: async (since) => {
        // Others tell it what it does not hear.
        await untilAny([world().net.rpc[c] ?? ""], since + 3);
        return watch.rulesTook(1);
      },
    },
    {
      kind: "link down",
      goesOn: true,
      strike: async () => world().lab.link(b, "down"),
      effect: async (since) => watch.standsStill(b, since),
    },
    {
      kind: "slow line",
      goesOn: true,
      strike: async () => Promise.all(hit.map((node) => world().lab.narrow(node, "1mbit"))),
      effect: async () => watch.queuesWait(),
    },
    {
      kind: "node stopped",
      goesOn: true,
      strike: async () => watch.signal(a, "SIGSTOP"),
      effect: async (since) => watch.isFrozen(a, since),
      mend: async () => watch.signal(a, "SIGCONT"),
    },
    {
      kind: "slow disk",
      goesOn: true,
      strike: async () => {
        const { net } = world();
        disk = new SlowDisk(flushMs, net.folder.path);
        await net.killValidator(d);
        await net.reviveValidator(d, disk.env);
      },
      effect: async () => watch.flushesLate(d, disk ?? assert.fail("no disk")),
      mend: async () => {
        await world().net.killValidator(d);
        await world().net.reviveValidator(d);
      },
    },
    {
      kind: "app killed in a partition",
      goesOn: false,
      strike: async () => {
        await cut();
        killed = watch.pids(c).app;
        await world().net.crashValidator(c, "app");
      },
      effect: async (since) => {
        const { app } = watch.pids(c);
        assert.ok(killed !== app && !isAlive(killed ?? 0), "expected another app process");
        return `${await watch.rulesTook(8)}; ${await watch.nobodyGrows(since)}`;
      },
    },
  ];
}

/** What each fault does to the nodes, by the counters of the kernel and the blocks. */
class FaultWatch {
  readonly #world: () => World;

  constructor(world: () => World) {
    this.#world = world;
  }

  pids(node: number): { readonly app: number; readonly comet: number } {
    const { app, comet } = this.#world().net.validators[node]?.supervisor.pids() ?? assert.fail();
    if (app === undefined || comet === undefined) assert.fail(`node${node}: no process`);
    return { app, comet };
  }

  signal(node: number, name: NodeJS.Signals): void {
    const { app, comet } = this.pids(node);
    for (const pid of [comet, app]) process.kill(pid, name);
  }

  /** Each of this many rules drops something sooner or later. */
  async rulesTook(rules: number): Promise<string> {
    let drops: readonly number[] = [];
    const allTook = async (): Promise<true | undefined> => {
      drops = await this.#world().lab.drops();
      assert.equal(drops.length, rules, "rules of the fault");
      return drops.every((packets) => packets > 0) ? true : undefined;
    };
    await until(allTook, 30_000, 500).catch(() =>
      assert.fail(`a rule took no packet: ${drops.join(" ")}`),
    );
    return `packets dropped, by rule: ${drops.join(" ")}`;
  }

  /** A block that was decided as the cable was cut may still arrive; then nobody has the power for another. */
  async nobodyGrows(since: number): Promise<string> {
    const { rpc } = this.#world().net;
    await untilAll(rpc, 1);
    await delay(3_000);
    const first = await Promise.all(rpc.map(statusHeight));
    await delay(3_000);
    assert.deepEqual(await Promise.all(rpc.map(statusHeight)), first, "no block without 2/3");
    assert.ok(Math.max(...first) <= since + 1, `heights ${first.join(" ")}, cut at ${since}`);
    return `heights stood at ${first.join(" ")}`;
  }

  /** The node's own word, twice, while the others make blocks without it. */
  async standsStill(node: number, since: number): Promise<string> {
    const { lab, net } = this.#world();
    const own = async (): Promise<number> => {
      const { result } = JSON.parse(await lab.ask(node, `${net.rpc[node] ?? ""}/status`)) as {
        result: Parameters<typeof heightIn>[0];
      };
      return heightIn(result);
    };
    const others = this.#others(node);
    await untilAll(others, since + 3);
    const first = await own();
    await untilAll(others, since + 6);
    assert.equal(await own(), first, `height of node${node}, which is cut off`);
    assert.ok(first <= since + 1, `height ${first} of node${node}, cut off at ${since}`);
    await this.#signsNothing(node, since);
    return `node${node} stood at ${first}, the others were at ${await heightOf(...others)}`;
  }

  /** By the kernel: it has no processor time, so that nothing of it can move. */
  async isFrozen(node: number, since: number): Promise<string> {
    const pids = Object.values(this.pids(node));
    const first = pids.map(processOf);
    await untilAll(this.#others(node), since + 6);
    assert.deepEqual(pids.map(processOf), first, `node${node}, which is stopped`);
    assert.deepEqual(
      first.map(({ state }) => state),
      ["T", "T"],
    );
    await this.#signsNothing(node, since);
    return `node${node}: no processor time in 6 heights of the others`;
  }

  /** More than fits a burst: the kernel counts what had to wait. */
  async queuesWait(): Promise<string> {
    const { lab, net } = this.#world();
    const { rpc } = net;
    const began = performance.now();
    // Four at once: 28 kB.
    const answers = rpc.flatMap((one) => Array.from({ length: 4 }, () => fetch(`${one}/genesis`)));
    const texts = await Promise.all(answers.map(async (answer) => (await answer).text()));
    const ms = Math.round(performance.now() - began);
    const least = 4 * Math.min(...texts.map(({ length }) => length));
    assert.ok(least > 4 * burstBytes, `expected far more than a burst, got ${least}`);
    const waits = await Promise.all(rpc.map((_, node) => lab.waits(node)));
    assert.ok(Math.min(...waits) > 0, `no packet had to wait on a line: ${waits.join(" ")}`);
    return `packets that waited, by node: ${waits.join(" ")}; ${least} bytes took ${ms} ms`;
  }

  /** The app flushes at least once a block, and by the patched calls. */
  async flushesLate(node: number, disk: SlowDisk): Promise<string> {
    const rpc = this.#world().net.rpc[node] ?? "";
    await untilAll([rpc], 1);
    const heightBefore = await statusHeight(rpc);
    const before = disk.flushes().length;
    await untilAny([rpc], heightBefore + 2);
    const flushes = disk.flushes();
    // The second block may be flushed after it is told.
    assert.ok(flushes.length > before, "expected a late flush in two blocks, got none");
    assert.ok(Math.min(...flushes) >= flushMs, `flushes took ${flushes.join(" ")} ms`);
    return `flushes held up: ${flushes.length}, the shortest ${Math.min(...flushes)} ms`;
  }

  async #signsNothing(node: number, since: number): Promise<void> {
    const signer = this.#world().signers[node] ?? assert.fail();
    const [rpc = ""] = this.#others(node);
    // What it voted for before it was cut off may be in the next block's commit.
    assert.deepEqual(await signedBy(rpc, signer, since + 2, since + 5), [], "heights it signed");
  }

  #others(node: number): string[] {
    return this.#world().net.rpc.filter((_, i) => i !== node);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
