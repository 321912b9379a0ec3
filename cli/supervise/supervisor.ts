import { EventEmitter, once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { UserError, userError } from "../../client/errors/index.ts";
import { readAppLine } from "./appLine.ts";
import { Cause } from "./cause.ts";
import { Child, describeExit, type Command } from "./child.ts";
import { beginAgainCode, engineCommand, engineEnv, isSolo } from "./engine.ts";
import { LogFile, prefixed, saysConsensusFailed, type Source } from "./lines.ts";
import { Progress } from "./progress.ts";

export type SupervisorOptions = {
  readonly app: Command;
  /** The engine: CometBFT, or the solo engine by the path of its program. */
  readonly comet: {
    readonly path: string;
    readonly home: string;
    readonly args?: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
  };
  /** Where the app listens; Comet is not started before it answers there. */
  readonly socketPath: string;
  readonly logDirectory: string;
  /** Gets every line of both, prefixed. */
  readonly echo?: (line: string) => void;
  /** Restarts without a new height before the node is called halted. */
  readonly maxRestarts?: number;
  /** Pauses before the first, second, … restart without a new height; the last one repeats. */
  readonly backoffMs?: readonly number[];
  readonly healthyMs?: number;
  readonly readyTimeoutMs?: number;
  readonly stopTimeoutMs?: number;
};

export type Pids = { readonly app: number | undefined; readonly comet: number | undefined };
export type Ready = { readonly height: bigint; readonly pids: Pids };
export type Restart = {
  readonly reason: string;
  readonly attempt: number;
  readonly delayMs: number;
};

type Events = {
  /** The app listens and Comet was started. */
  ready: [Ready];
  /** One of the two ended; both will be started again after the pause. */
  restart: [Restart];
  /** No more restarts: E1407, or the app's refusal to start. */
  halted: [UserError];
  /** Both are gone and nothing will be started again. */
  stopped: [];
  line: [Source, string];
};

/** A Comet whose app died in the middle of a block may wait for it for good; its WAL makes killing it safe. */
const orphanMs = 5_000;
/** Consensus fails too when the app dies: its end is then the cause, and comes within this time. */
const blameMs = 500;

/** `first` is the one that ended first; of a run that ends without cause there is none. */
type RunEnd = {
  readonly reason: string;
  readonly wasReady: boolean;
  readonly first?: "app" | "comet";
  /** The engine wants both to begin again: no fault, so it is not counted. */
  readonly asked?: boolean;
};

/**
 * Runs the app and Comet as one unit: neither can go on without the other, because Comet ends when
 * a connection breaks and the app's state must never be ahead of Comet's blocks.
 */
export class Supervisor extends EventEmitter<Events> {
  readonly #options: SupervisorOptions;
  readonly #progress: Progress;
  readonly #stop = new AbortController();
  #log: LogFile | undefined;
  #app: Child | undefined;
  #comet: Child | undefined;
  #running: Promise<void> | undefined;
  #cause = "";
  #refusal: UserError | undefined;

  constructor(options: SupervisorOptions) {
    super();
    this.#options = options;
    this.#progress = new Progress(options.maxRestarts ?? 3, options.healthyMs ?? 600_000);
  }

  /** Resolves when both run for the first time; rejects when they never do. */
  async start(): Promise<Ready> {
    if (this.#running !== undefined) throw new Error("supervisor: expected one start, got two");
    this.#log = new LogFile(this.#options.logDirectory);
    const settled = new AbortController();
    const { signal } = settled;
    const first = Promise.race([
      once(this, "ready", { signal }).then(([ready]: Ready[]) => ready),
      once(this, "halted", { signal }).then(([error]: UserError[]) => error),
      once(this, "stopped", { signal }).then(() => undefined),
    ]);
    this.#running = this.#loop();
    const outcome = await first;
    settled.abort();
    if (outcome instanceof UserError) throw outcome;
    if (outcome === undefined) throw new Error("supervisor: stopped before the node was ready");
    return outcome;
  }

  /** Ends Comet, then the app, and waits for both to be gone. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#stopBoth();
    await this.#running;
  }

  pids(): Pids {
    return { app: this.#app?.pid, comet: this.#comet?.pid };
  }

  /** Sends a signal to both at once; what was killed is started again. */
  kill(signal: NodeJS.Signals): void {
    this.#comet?.kill(signal);
    this.#app?.kill(signal);
  }

  get #stopping(): boolean {
    return this.#stop.signal.aborted;
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      const started = performance.now();
      const cause = new Cause();
      const end = await this.#run(cause);
      await this.#stopBoth(end.first === "app" ? orphanMs : undefined);
      if (this.#stopping) break;
      if (end.asked === true) {
        this.#progress.forget();
        this.#say(`${end.reason}; starting both again as it asked`);
        continue;
      }
      if (end.first !== undefined) this.#cause = cause.of(end.first);
      const hopeful = this.#progress.ended(end.wasReady, performance.now() - started);
      const halt = this.#refusal ?? (hopeful && end.first ? undefined : this.#haltedError());
      if (halt !== undefined) {
        this.#say(`halted: ${halt.what}`);
        this.emit("halted", halt);
        break;
      }
      await this.#pause(end.reason);
    }
    await this.#log?.close();
    this.emit("stopped");
  }

  /** One life of the two, until either is gone. */
  async #run(cause: Cause): Promise<RunEnd> {
    let height: bigint | undefined;
    let announce: () => void = () => undefined;
    const announced = new Promise<void>((resolve) => (announce = resolve));
    const app = this.#startApp(cause, (ready) => {
      height = ready;
      announce();
    });
    const failure = await this.#untilListening(app, announced);
    if (failure !== undefined || height === undefined) {
      return { reason: failure ?? "app was not ready", wasReady: false, first: "app" };
    }
    if (this.#stopping) return { reason: "stopped", wasReady: true };
    if (!this.#progress.ready(height)) return { reason: "no new height", wasReady: true };
    let failed: () => void = () => undefined;
    const consensusFailed = new Promise<void>((resolve) => (failed = resolve));
    const comet = this.#startComet(cause, failed);
    this.emit("ready", { height, pids: this.pids() });
    return Promise.race([
      app.ended.then((exit): RunEnd => {
        return { reason: `app ${describeExit(exit)}`, wasReady: true, first: "app" };
      }),
      comet.ended.then((exit): RunEnd => {
        const engine = isSolo(this.#options.comet.path) ? "solo engine" : "CometBFT";
        const reason = `${engine} ${describeExit(exit)}`;
        const asked = engine === "solo engine" && exit.code === beginAgainCode;
        return { reason, wasReady: true, first: "comet", asked };
      }),
      consensusFailed.then(async (): Promise<RunEnd> => {
        await delay(blameMs);
        return { reason: "CometBFT's consensus failed", wasReady: true, first: "comet" };
      }),
    ]);
  }

  #startApp(cause: Cause, ready: (height: bigint) => void): Child {
    const { command, args, env } = this.#options.app;
    const app = new Child({ command, args, env: { ...env, ASSAY_SUPERVISED: "1" } }, (line) => {
      const known = readAppLine(line);
      if (known.kind === "ready") ready(known.height);
      if (known.kind === "refused") {
        this.#refusal = new UserError(known.code, known.what, { fix: known.fix });
      }
      cause.app(line);
      this.#write("app", line);
    });
    this.#app = app;
    return app;
  }

  #startComet(cause: Cause, failed: () => void): Child {
    const { path, home, args, env } = this.#options.comet;
    const command = engineCommand(path, "start", "--home", home, ...(args ?? []));
    const source = isSolo(path) ? "solo" : "comet";
    const comet = new Child({ ...command, env: { ...engineEnv(), ...env } }, (line) => {
      cause.comet(line);
      this.#write(source, line);
      if (saysConsensusFailed(line)) failed();
    });
    this.#comet = comet;
    return comet;
  }

  /** Undefined once the app said that it is ready and its socket takes a connection. */
  async #untilListening(app: Child, announced: Promise<void>): Promise<string | undefined> {
    const { socketPath } = this.#options;
    const limit = this.#options.readyTimeoutMs ?? 120_000;
    const giveUp = new AbortController();
    const late = delay(limit, `app was not ready within ${limit} ms`, {
      signal: giveUp.signal,
    }).catch(() => undefined);
    const gone = app.ended.then((exit) => `app ${describeExit(exit)}`);
    const listening = announced.then(async () => {
      while (!giveUp.signal.aborted && !(await accepts(socketPath))) await delay(20);
      return undefined;
    });
    const outcome = await Promise.race([listening, gone, late]);
    giveUp.abort();
    return outcome;
  }

  /** Comet goes first: an app that closes its connections looks to Comet like a crash. */
  async #stopBoth(cometMs?: number): Promise<void> {
    const patience = this.#options.stopTimeoutMs ?? 15_000;
    await this.#comet?.stop(Math.min(patience, cometMs ?? patience));
    await this.#app?.stop(patience);
  }

  async #pause(reason: string): Promise<void> {
    const pauses = this.#options.backoffMs ?? [500, 2000, 5000];
    const attempt = this.#progress.restarts;
    const delayMs = pauses[Math.min(attempt, pauses.length) - 1] ?? 0;
    this.#say(`${reason}; starting both again in ${delayMs} ms`);
    this.emit("restart", { reason, attempt, delayMs });
    await delay(delayMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  #haltedError(): UserError {
    const fallback = `no reason was given; see ${this.#options.logDirectory}`;
    const { height } = this.#progress;
    return userError("E1407", { height, error: this.#cause === "" ? fallback : this.#cause });
  }

  #say(text: string): void {
    this.#write("node", text);
  }

  #write(source: Source, text: string): void {
    const line = prefixed(source, text);
    this.#log?.write(line);
    this.#options.echo?.(line);
    this.emit("line", source, text);
  }
}

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}
