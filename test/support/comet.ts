import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../client/errors/index.ts";
import { resolveComet } from "../../cli/comet/resolve.ts";
import {
  cometSettings,
  initComet,
  writeCometConfig,
  type CometConfig,
} from "../../cli/supervise/config.ts";
import { soloPath } from "../../cli/supervise/engine.ts";
import { freeNodePorts } from "./ports.ts";

export type CometForTests = { readonly path: string; readonly skip: string | false };

/** The same tests run on the solo engine, which is always there. */
export const onSolo = process.env["ASSAY_ENGINE"] === "solo";
export const engineName = onSolo ? "solo" : "comet";

/** CometBFT for a network test, or why to skip it; with REQUIRE_COMET=1 there is no skipping. */
export async function cometForTests(): Promise<CometForTests> {
  if (onSolo) return { path: soloPath, skip: false };
  try {
    const { path } = await resolveComet({ policy: "newest" });
    return { path, skip: false };
  } catch (error) {
    if (!(error instanceof UserError) || process.env["REQUIRE_COMET"] === "1") throw error;
    return { path: "", skip: `${error.message} (REQUIRE_COMET=1 makes this a failure)` };
  }
}

/** For a file about something that the solo engine lacks on purpose; docs/adr/0020 lists what that is. */
export async function notOnSolo(lacking: string): Promise<CometForTests> {
  return onSolo ? { path: "", skip: `the solo engine has ${lacking}` } : cometForTests();
}

export type CometHome = {
  readonly home: string;
  readonly socketPath: string;
  readonly rpc: Rpc;
  remove(): Promise<void>;
};

/** A fresh home of a chain with one consensus validator, on free ports. */
export async function cometHome(path: string, more: Partial<CometConfig> = {}): Promise<CometHome> {
  const home = await mkdtemp(join(tmpdir(), "assay-"));
  const socketPath = join(home, "app.sock");
  const { p2p, rpc } = await freeNodePorts();
  await initComet(path, home);
  const settings = cometSettings({ profile: "localnet", socketPath, ports: { p2p, rpc }, ...more });
  await writeCometConfig(home, settings);
  return {
    home,
    socketPath,
    rpc: new Rpc(rpc),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

/** Comet's JSON-RPC, as far as tests look at it. */
export class Rpc {
  readonly url: string;

  constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`;
  }

  async call<T>(method: string, params: object = {}): Promise<T> {
    const response = await fetch(this.url, {
      method: "POST",
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: AbortSignal.timeout(30_000),
    });
    const body = (await response.json()) as { result?: T; error?: { data?: string } };
    if (body.result === undefined) throw new Error(`${method}: ${body.error?.data ?? "no result"}`);
    return body.result;
  }

  async height(): Promise<number> {
    const status = await this.call<{ sync_info: { latest_block_height: string } }>("status");
    return Number(status.sync_info.latest_block_height);
  }

  /** Polls: a node that starts has no event to wait for. */
  async untilHeight(height: number, limitMs = 60_000): Promise<number> {
    const end = performance.now() + limitMs;
    for (;;) {
      const now = await this.height().catch(() => 0);
      if (now >= height) return now;
      if (performance.now() > end) throw new Error(`height: expected ${height}, got ${now}`);
      await delay(50);
    }
  }
}
