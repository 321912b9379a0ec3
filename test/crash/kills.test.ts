import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { killPoints, type KillPoint } from "../../app/killPoint.ts";
import { startApp, writeTestHome } from "../support/appProcess.ts";
import { CometRole } from "../support/cometRole.ts";
import { shuffled } from "../support/killPoints.ts";
import { seededRandom } from "../support/seededRandom.ts";
import { withFolder } from "../support/storeChain.ts";

const seed = Number(process.env["TEST_SEED"] ?? 1);
const random = seededRandom(seed);
/** Blocks that a life may make before its point must have come. */
const patience = 40n;

describe(`T7: the app dies by kill -9 and comes back, seed ${seed}`, { timeout: 1_500_000 }, () => {
  const comet = new CometRole(random);
  let kills = 0;
  after(() => comet.remove());

  // Only a chain without a block passes InitChain.
  const order: KillPoint[] = [
    "init.after",
    ...shuffled(
      killPoints.filter((point) => point !== "init.after"),
      random,
    ),
  ];
  for (const point of order) {
    it(`at ${point}, twice: the state is that of the twin, nothing committed is lost`, async () => {
      for (let round = 0; round < 2; round++) {
        const most = point.startsWith("start.") || point.startsWith("in") ? 1 : 3;
        const spec = `${point}:${1 + random(most)}`;
        const life = await comet.live({ kind: "point", spec }, comet.promised + patience);
        assert.ok(life.killed, `${spec}: expected the point passed within ${patience} blocks`);
        kills++;
      }
    });
  }

  it("at random, behind any request: the same", async () => {
    for (let i = 0; i < 44; i++) {
      const death = { kind: "request", count: 1 + random(40), afterMs: random(3) } as const;
      const { killed } = await comet.live(death, comet.promised + patience);
      assert.ok(killed);
      kills++;
    }
  });

  it("after all of it the chain goes on, and ends in order", async (context) => {
    const never = { kind: "request", count: Infinity, afterMs: 0 } as const;
    const life = await comet.live(never, comet.promised + 5n);
    assert.ok(!life.killed);
    context.diagnostic(`reliability: named kill points of the app = ${killPoints.length}`);
    context.diagnostic(`reliability: kills of the app = ${kills}`);
    assert.ok(kills >= 100, `kills: ${kills}`);
  });
});

describe("ASSAY_KILL_AT", () => {
  for (const [chainId, spec] of [
    ["assay-1", "commit.before:1"],
    ["assay-test-1", "nowhere:1"],
    ["assay-test-1", "commit.before:0"],
  ] as const) {
    it(`${spec} on ${chainId} is refused with E1430`, async () => {
      await withFolder(async (home) => {
        writeTestHome(home, { chainId });
        const app = startApp(home, { ASSAY_KILL_AT: spec });
        assert.equal((await app.ended).code, 1);
        assert.equal(app.lines.at(-1)?.["code"], "E1430");
      });
    });
  }
});
