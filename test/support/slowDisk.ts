/** Runs before the app: each flush to its disk takes so long, as on a device that is throttled or dying. */
const script = (ms: number): string => `
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const cell = new Int32Array(new SharedArrayBuffer(4));
for (const name of ["fsyncSync", "fdatasyncSync"]) {
  const flush = fs[name];
  fs[name] = (fd) => {
    Atomics.wait(cell, 0, 0, ${ms});
    return flush(fd);
  };
}
syncBuiltinESMExports();
`;

/** For a process of Node: no file on its disk is safe sooner than after `ms`. */
export function slowDisk(ms: number): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script(ms))}` };
}
