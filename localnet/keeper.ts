import fs from "node:fs";
import { downFileOf, endLeftovers, Running, type Unit } from "./units.ts";

const lookEveryMs = 200;
const pausesMs = [500, 2_000, 5_000, 15_000];
/** A unit that ran this long starts anew without a pause. */
const healthyMs = 60_000;
const executorPatienceMs = 20_000;
const nodePatienceMs = 30_000;

type Slot = {
  readonly unit: Unit;
  running: Running | undefined;
  startedMs: number;
  notBeforeMs: number;
  failures: number;
};

/**
 * Keeps every unit running that is not down on purpose. `assay localnet kill` and `start` put and remove a file;
 * the keeper sees it, so that all processes stay children of one program that ends them.
 */
export class Keeper {
  readonly #slots: Slot[];
  readonly #say: (line: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;
  #stopped: Promise<void> | undefined;

  constructor(units: readonly Unit[], say: (line: string) => void) {
    this.#slots = units.map((unit) => ({
      ...{ unit, running: undefined, startedMs: 0, notBeforeMs: 0, failures: 0 },
    }));
    this.#say = say;
  }

  /** Starts all units of a kind; those of an earlier run that was killed are ended first. */
  async start(kind: Unit["kind"]): Promise<void> {
    const units = this.#slots.map(({ unit }) => unit).filter((unit) => unit.kind === kind);
    await endLeftovers(units);
    for (const slot of this.#slots) if (slot.unit.kind === kind) this.#launch(slot);
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs);
  }

  /** What runs now under a name; undefined while it is down. */
  running(name: string): Running | undefined {
    const found = this.#slots.find(({ unit }) => unit.name === name)?.running;
    return found?.gone === true ? undefined : found;
  }

  /** Why a unit that should run has ended by itself; undefined while all is well with it. */
  failed(name: string): string | undefined {
    const slot = this.#slots.find(({ unit }) => unit.name === name);
    return slot === undefined || slot.failures === 0 ? undefined : slot.running?.lastWords();
  }

  /** Executors first: they post what they have while the nodes still take it. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stopAll());
  }

  async #stopAll(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    const all = (kind: Unit["kind"]): Running[] =>
      this.#slots.flatMap(({ unit, running }) =>
        unit.kind === kind && running !== undefined ? [running] : [],
      );
    await Promise.all(all("executor").map((one) => one.stop(executorPatienceMs)));
    await Promise.all(all("node").map((one) => one.stop(nodePatienceMs)));
  }

  #look(): void {
    for (const slot of this.#slots) {
      if (slot.running === undefined && slot.startedMs === 0) continue;
      if (slot.running !== undefined && !slot.running.gone) continue;
      if (isDown(slot.unit) || Date.now() < slot.notBeforeMs) continue;
      this.#launch(slot);
    }
  }

  #launch(slot: Slot): void {
    if (this.#stopping) return;
    slot.startedMs = Date.now();
    if (isDown(slot.unit)) return;
    const running = new Running(slot.unit);
    slot.running = running;
    void running.ended.then((code) => this.#ended(slot, code));
  }

  #ended(slot: Slot, code: number | null): void {
    if (this.#stopping || isDown(slot.unit)) {
      // The next start is somebody's wish: it shall not wait.
      slot.notBeforeMs = 0;
      slot.failures = 0;
      return;
    }
    // It was asked to end, to read its configuration anew.
    if (code === 0) return;
    const healthy = Date.now() - slot.startedMs > healthyMs;
    slot.failures = healthy ? 1 : slot.failures + 1;
    const pause = pausesMs[Math.min(slot.failures, pausesMs.length) - 1] ?? 0;
    slot.notBeforeMs = Date.now() + pause;
    const how = code === null ? "was killed" : `ended with code ${code}`;
    this.#say(`${slot.unit.name} ${how}; starting it again in ${pause / 1000} s`);
  }
}

function isDown(unit: Unit): boolean {
  return fs.existsSync(downFileOf(unit.home));
}
