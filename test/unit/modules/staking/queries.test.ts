import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as wire from "../../../../proto/gen/assay/staking/v1/query.ts";
import { bondedWorld, bondMsg, name, slotMs, stakingWorld } from "./world.ts";

const path = (method: string): string => `/assay.staking.v1.Query/${method}`;

describe("staking: queries", () => {
  it("read bonds by service, node and operator", () => {
    const world = bondedWorld();
    const { on, node, operator } = world;
    on.send("MsgBond", bondMsg(world, { owner: operator.address }));
    const bond = on.ask(
      path("Bond"),
      wire.QueryBondRequest.encode({ service: name, node: node.address }).finish(),
      wire.QueryBondResponse,
    ).bond;
    assert.equal(bond?.amount, "100000000");
    const all = on.ask(
      path("Bonds"),
      wire.QueryBondsRequest.encode({ service: name, pagination: undefined }).finish(),
      wire.QueryBondsResponse,
    );
    assert.equal(all.bonds.length, 2);
    assert.equal(all.pagination?.total, 2n);
    const mine = on.ask(
      path("NodeBonds"),
      wire.QueryNodeBondsRequest.encode({ node: node.address }).finish(),
      wire.QueryNodeBondsResponse,
    );
    assert.deepEqual(mine.bonds, [bond]);
    const served = on.ask(
      path("OperatorBonds"),
      wire.QueryOperatorBondsRequest.encode({ operator: operator.address }).finish(),
      wire.QueryOperatorBondsResponse,
    );
    assert.equal(served.bonds.length, 2);
    const unknown = wire.QueryBondRequest.encode({
      service: "unknown",
      node: node.address,
    }).finish();
    assert.throws(() => on.ask(path("Bond"), unknown, wire.QueryBondResponse), /NotFound/);
  });

  it("read the life of a node and the slot of now", () => {
    const { on, node, author } = bondedWorld();
    on.next(slotMs);
    const ask = (address: string): wire.QueryLifeResponse =>
      on.ask(
        path("Life"),
        wire.QueryLifeRequest.encode({ node: address }).finish(),
        wire.QueryLifeResponse,
      );
    const { life, ...rest } = ask(node.address);
    assert.equal(life?.bonds, 1);
    assert.deepEqual(rest, {
      slot: 1n,
      nextSlotMs: on.timeMs - ((on.timeMs - 1_700_000_000_000n) % slotMs) + slotMs,
      epoch: 6n,
      uptime: "500000000000000000",
      alive: true,
    });
    assert.equal(ask(author.address).life, undefined);
    assert.equal(ask(author.address).alive, false);
  });

  it("read the parameters", () => {
    const { on } = stakingWorld();
    const { params } = on.ask(path("Params"), new Uint8Array(), wire.QueryParamsResponse);
    assert.equal(params?.minBond, "100000000");
    assert.equal(params.slashToPool, "200000000000000000");
  });

  it("preview a slash", () => {
    const { on } = stakingWorld();
    const ask = (
      fields: Partial<wire.QuerySlashPreviewRequest>,
    ): wire.QuerySlashPreviewResponse => {
      const request = wire.QuerySlashPreviewRequest.fromPartial({
        role: 2,
        severity: "800000000000000000",
        n: 16n,
        r: 0n,
        stake: "1001",
        ...fields,
      });
      return on.ask(
        path("SlashPreview"),
        wire.QuerySlashPreviewRequest.encode(request).finish(),
        wire.QuerySlashPreviewResponse,
      );
    };
    assert.deepEqual(ask({}), { fraction: "160000000000000000", amount: "161" });
    assert.deepEqual(ask({ role: 1, severity: "1000000000000000000" }), {
      fraction: "500000000000000000",
      amount: "501",
    });
    assert.deepEqual(ask({ stake: "0" }).amount, "1");
    assert.throws(() => ask({ role: 0 }), /role/);
    assert.throws(() => ask({ n: 0n }), /n: expected/);
    assert.throws(() => ask({ severity: "1000000000000000001" }), /severity/);
  });
});
