import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { seededRandom } from "../support/seededRandom.ts";
import type { Random } from "./bytesEdits.ts";

export type Verdict = "accepted" | "rejected";

/** What is fuzzed: a maker of inputs, and what must hold for each of them. */
export type Target = {
  readonly name: string;
  /** Under which its inputs are counted together with others'; undefined: under its name. */
  readonly group?: string;
  readonly inputs: number;
  /** Bytes that three quarters of the run may add to what is held; for targets with a cache. */
  readonly heapBound?: number;
  make(random: Random): Runner | Promise<Runner>;
};

export type Runner = {
  next(): Uint8Array;
  /** Throws when a promise is broken; a refusal that is part of the interface is "rejected". */
  run(input: Uint8Array): Verdict | Promise<Verdict>;
  /** After the last input. */
  end?(): void | Promise<void>;
  /** More numbers worth a line. */
  facts?(): Readonly<Record<string, number>>;
  /** Numbers that docs/RELIABILITY.md says. */
  counts?(): Readonly<Record<string, number>>;
};

export type Outcome = {
  readonly inputs: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly heapGrowth: number;
  /** Of CPU. */
  readonly seconds: number;
  readonly facts: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
};

const hangMs = 100;
/** What a run of any length may keep: caches that are full, compiled code, no trace of the inputs. */
const defaultHeapBound = 8 * 1024 * 1024;
const shownBytes = 4096;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function heldBytes(): number {
  // The memory of array buffers goes a collection later than they do.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Fails at the first input that breaks a promise, naming it. */
export async function fuzz(
  target: Target,
  options: { seed: number; inputs?: number; until?: () => boolean },
): Promise<Outcome> {
  const { seed, inputs = target.inputs, until } = options;
  const { heapBound = defaultHeapBound } = target;
  const before = process.cpuUsage();
  const runner = await target.make(seededRandom(seed ^ hashOf(target.name)));
  const counts = { accepted: 0, rejected: 0 };
  let done = 0;
  let held = 0;
  // What is loaded and cached at first use is there after a part of the run.
  const warm = Math.floor(inputs / 4);
  for (; done < inputs && until?.() !== true; done++) {
    if (done === warm) held = heldBytes();
    const input = runner.next();
    try {
      counts[await timed(runner, input)] += 1;
    } catch (error) {
      throw new Error(report(target, seed, done, input, error), { cause: error });
    }
  }
  const heapGrowth = done > warm ? heldBytes() - held : 0;
  if (heapGrowth > heapBound) {
    throw new Error(
      `${target.name}: heap after ${done} inputs: expected at most ${heapBound} bytes more than after ${warm}, got ${heapGrowth}`,
    );
  }
  await runner.end?.();
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1_000_000;
  const told = { facts: runner.facts?.() ?? {}, counts: runner.counts?.() ?? {} };
  return { inputs: done, ...counts, heapGrowth, seconds, ...told };
}

/** A slow machine makes everything slow: only an input that takes its time whenever it is tried is a hang. */
async function timed(runner: Runner, input: Uint8Array): Promise<Verdict> {
  const from = performance.now();
  const running = runner.run(input);
  const verdict = running instanceof Promise ? await running : running;
  if (performance.now() - from <= hangMs) return verdict;
  let best = Infinity;
  for (let again = 0; again < 5 && best > hangMs; again++) {
    const { user, system } = process.cpuUsage();
    const startedAt = performance.now();
    await runner.run(input);
    const used = process.cpuUsage({ user, system });
    best = Math.min(best, performance.now() - startedAt, (used.user + used.system) / 1000);
  }
  if (best > hangMs) throw new Error(`expected at most ${hangMs} ms, got ${best}`);
  return verdict;
}

function report(
  { name }: Target,
  seed: number,
  index: number,
  input: Uint8Array,
  error: unknown,
): string {
  const hex = Buffer.from(input.subarray(0, shownBytes)).toString("hex");
  const cut = input.length > shownBytes ? `... (${input.length} bytes)` : "";
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const whole =
    cut === ""
      ? `FUZZ_TARGET=${name} FUZZ_INPUT=${hex} npm test -- --only fuzz --grep "${name}:"`
      : `npm test -- --only fuzz --grep "${name}:" --seed ${seed}`;
  return `${name}: input ${index} of seed ${seed}: ${hex}${cut}\nreplay: ${whole}\n${text}`;
}

function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** One test a target; FUZZ_INPUT with FUZZ_TARGET runs that input alone. */
export function fuzzTest(target: Target, id = "T5"): void {
  const { env } = process;
  // A shorter or longer run by hand.
  const inputs = Number(env["FUZZ_INPUTS"] ?? target.inputs);
  const title = `${id}: ${target.name}: ${inputs} inputs are accepted whole or refused by name`;
  it(title, async (t) => {
    const seed = Number(env["TEST_SEED"] ?? 1);
    if (env["FUZZ_INPUT"] !== undefined) {
      if (env["FUZZ_TARGET"] === target.name) await replay(target, seed, env["FUZZ_INPUT"]);
      return;
    }
    const outcome = await fuzz(target, { seed, inputs });
    tell(t, target, outcome);
    assert.equal(outcome.inputs, inputs);
    assert.ok(outcome.accepted > 0, "expected the seeds at least to be accepted");
    assert.ok(outcome.rejected > 0, "expected refusals");
  });
}

async function replay(target: Target, seed: number, hex: string): Promise<void> {
  const runner = await target.make(seededRandom(seed));
  await timed(runner, Uint8Array.from(Buffer.from(hex, "hex")));
  await runner.end?.();
}

function tell(t: TestContext, { name, group = name }: Target, outcome: Outcome): void {
  const { inputs, accepted, rejected, heapGrowth, seconds, facts, counts } = outcome;
  t.diagnostic(`reliability: fuzz inputs: ${group} = ${inputs}`);
  for (const [what, value] of Object.entries(counts))
    t.diagnostic(`reliability: ${what} = ${value}`);
  const more = Object.entries(facts).map(([fact, value]) => `, ${fact} ${value}`);
  t.diagnostic(
    `${name}: accepted ${accepted}, rejected ${rejected}${more.join("")}; ` +
      `heap ${heapGrowth} bytes more, ${seconds.toFixed(1)} s of CPU`,
  );
}
