import fs from "node:fs";
import path from "node:path";

/** Runs before the app: each flush to its disk takes so long, as on a device that is throttled or dying. */
const script = (ms: number, report: string): string => `
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const cell = new Int32Array(new SharedArrayBuffer(4));
const report = fs.openSync(${JSON.stringify(report)}, "a");
for (const name of ["fsyncSync", "fdatasyncSync"]) {
  const flush = fs[name];
  fs[name] = (fd) => {
    const began = process.hrtime.bigint();
    Atomics.wait(cell, 0, 0, ${ms});
    flush(fd);
    fs.writeSync(report, Number(process.hrtime.bigint() - began) / 1e6 + "\\n");
  };
}
syncBuiltinESMExports();
`;

/** For a process of Node: no file on its disk is safe sooner than after some time. */
export class SlowDisk {
  readonly env: NodeJS.ProcessEnv;
  readonly #report: string;

  /** Keeps its report in `folder`, from one process to the next. */
  constructor(ms: number, folder: string) {
    this.#report = path.join(folder, "slow-flushes");
    const text = encodeURIComponent(script(ms, this.#report));
    this.env = { NODE_OPTIONS: `--import=data:text/javascript,${text}` };
  }

  /** How long each flush took, ms: what did not go by the patched calls is not among them. */
  flushes(): number[] {
    if (!fs.existsSync(this.#report)) return [];
    return fs.readFileSync(this.#report, "utf8").split("\n").filter(Boolean).map(Number);
  }
}
