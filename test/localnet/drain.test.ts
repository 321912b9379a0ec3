import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { inspectDb, stateAt } from "../../app/db/index.ts";
import { program } from "../../cli/home/programs.ts";
import { connectRpc } from "../../client/rpc/rpc.ts";
import { timeTravel } from "../../client/index.ts";
import { appInfo, blockAt } from "../support/blocks.ts";
import { cometForTests, onSolo } from "../support/comet.ts";
import { testRegistry } from "../support/driverReplica.ts";
import { testKey } from "../support/keys.ts";
import { until } from "../support/network.ts";
import { writeRealHome, type RealHome } from "../support/realNode.ts";

const { path: engine, skip } = await cometForTests();
const accounts = [{ address: testKey("alice").address, amount: 1_000_000n }];

describe("graceful drain of assay start", { skip, timeout: 300_000 }, () => {
  let home: RealHome;
  const children: ChildProcess[] = [];

  before(async () => (home = await writeRealHome(engine, { accounts, emptyBlocks: true })));
  after(() => {
    for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
    rmSync(home.home, { recursive: true, force: true });
  });

  /** A node that makes block after block: CometBFT by its configuration, the solo engine as long as somebody asks. */
  const start = (): ChildProcess => {
    const named = onSolo ? ["--engine", "solo"] : ["--cometbft", engine];
    const { command, args } = program("cli/main", "--home", home.home, "start", ...named);
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "ignore"] });
    children.push(child);
    if (onSolo) void pump(child);
    return child;
  };

  const pump = async (child: ChildProcess): Promise<void> => {
    const chain = timeTravel(connectRpc(home.rpc));
    while (child.exitCode === null && child.signalCode === null)
      await chain.advanceBlocks(1).catch(() => new Promise((resolve) => setTimeout(resolve, 50)));
  };

  const heightAbove = async (height: number): Promise<number> => {
    const rpc = connectRpc(home.rpc);
    const ask = async (): Promise<number | undefined> => {
      const info = await appInfo(rpc).catch(() => undefined);
      return info !== undefined && info.height > height ? info.height : undefined;
    };
    return until(ask, 120_000, 20);
  };

  const ended = async (child: ChildProcess): Promise<number | null> => {
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  };

  it("SIGTERM: the block in flight is committed, exit 0; the next start has its height and hash", async () => {
    const { chainId } = home;
    let before = 0;
    for (let round = 0; round < 2; round++) {
      const child = start();
      const height = await heightAbove(before + 2);
      assert.equal(await ended(child), 0);
      const files = inspectDb(join(home.home, "data", "app"), { chainId });
      assert.equal(files.problem, undefined);
      assert.ok(Number(files.lastHeight) >= height, "a told height was lost");
      before = Number(files.lastHeight);
    }
    const stores = testRegistry().stores;
    const { last } = stateAt(join(home.home, "data", "app"), { chainId, stores });
    assert.equal(Number(last.height), before);
    const child = start();
    await heightAbove(before);
    const next = await blockAt(connectRpc(home.rpc), before + 1);
    assert.equal(
      next.appHash.toUpperCase(),
      Buffer.from(last.appHash).toString("hex").toUpperCase(),
    );
    assert.equal(await ended(child), 0);
  });
});
