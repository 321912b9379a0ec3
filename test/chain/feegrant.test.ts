import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Address } from "../../core/brand.ts";
import { compareAscii } from "../../core/bytes.ts";
import { getAccount } from "../../modules/auth/index.ts";
import { balance } from "../../modules/bank/index.ts";
import { findGrant } from "../../modules/feegrant/index.ts";
import { moduleAddress } from "../../core/crypto/address.ts";
import { exportGenesis } from "../../app/genesis/export.ts";
import {
  BasicAllowance,
  MsgPruneAllowances,
  MsgSend,
  PeriodicAllowance,
  QueryAllowanceRequest,
  QueryAllowanceResponse,
  QueryAllowancesByGranterRequest,
  QueryAllowancesByGranterResponse,
  QueryAllowancesRequest,
  QueryAllowancesResponse,
  type Any,
} from "../../proto/cosmos.ts";
import { msg, QueryError, startChain, type TestChain } from "../support/driver.ts";
import * as feegrants from "../support/feegrants.ts";
import {
  basic,
  grantTo,
  only,
  periodic,
  revokeFrom,
  sendMsg,
  sendType,
} from "../support/feegrants.ts";
import { testKey, type TestKey } from "../support/keys.ts";

const stranger = testKey("a wallet without coins");

function started(options: Parameters<typeof startChain>[0] = {}): {
  chain: TestChain;
  alice: TestKey;
  bob: TestKey;
} {
  const chain = startChain(options);
  const [alice = assert.fail(), bob = assert.fail()] = chain.accounts;
  return { chain, alice, bob };
}

const coins = (chain: TestChain, { address }: { address: Address }): bigint =>
  chain.read((ctx) => balance(ctx, address, "uassay"));

const grantOf = (chain: TestChain, granter: TestKey, grantee: TestKey): Any | undefined =>
  chain.read(
    (ctx) => findGrant(ctx, { granter: granter.address, grantee: grantee.address })?.allowance,
  );

const limitOf = (any: Any | undefined): string =>
  BasicAllowance.decode(any?.value ?? assert.fail("expected an allowance"))
    .spendLimit.map(({ amount, denom }) => amount + denom)
    .join(",");

describe("chain/feegrant: a wallet without coins", () => {
  it("sends by the fee of who granted it, and gets its account by the grant", async () => {
    const { chain, alice, bob } = started({ replicas: 2 });
    const granted = chain.mustRun(alice, grantTo(alice, stranger, basic("1000uassay")));
    assert.deepEqual(chain.attributes(granted, "set_feegrant"), [
      { granter: alice.address, grantee: stranger.address, msg_index: "0" },
    ]);
    const account = chain.read((ctx) => getAccount(ctx, stranger.address));
    assert.equal(account?.sequence, 0n);
    assert.equal(account?.accountNumber, BigInt(chain.accounts.length + 5));

    const options = { fee: "300uassay", granter: alice.address };
    const before = coins(chain, alice);
    const poor = chain.run(stranger, sendMsg(stranger, bob), options);
    assert.equal(poor.code, 5, "the fee is paid, the transfer is not");
    assert.equal(coins(chain, alice), before - 300n);
    assert.equal(limitOf(grantOf(chain, alice, stranger)), "700uassay");
    chain.mustRun(bob, sendMsg(bob, stranger, "50"));
    const paid = chain.mustRun(stranger, sendMsg(stranger, bob, "50"), options);
    assert.deepEqual(chain.attributes(paid, "use_feegrant"), [
      { granter: alice.address, grantee: stranger.address },
    ]);
    assert.deepEqual(chain.attributes(paid, "tx")[0], {
      fee: "300uassay",
      fee_payer: alice.address,
    });
    assert.equal(coins(chain, stranger), 0n);
    assert.equal(coins(chain, alice), before - 600n);
    chain.assertInvariants();
    await chain.stop();
  });

  it("loses the grant with its last coin, in the same transaction", async () => {
    const { chain, alice, bob } = started();
    chain.mustRun(alice, grantTo(alice, bob, basic("300uassay")));
    const options = { fee: "300uassay", granter: alice.address };
    const last = chain.mustRun(bob, sendMsg(bob, alice), options);
    const parties = { granter: alice.address, grantee: bob.address };
    assert.deepEqual(chain.attributes(last, "revoke_feegrant"), [parties]);
    assert.deepEqual(chain.attributes(last, "use_feegrant"), [parties]);
    assert.equal(grantOf(chain, alice, bob), undefined);
    chain.assertInvariants();
    const after = chain.run(bob, sendMsg(bob, alice), options);
    assert.equal(`${after.codespace}/${after.code}`, "sdk/38");
    await chain.stop();
  });

  it("spends the allowance in the state of CheckTx and of recheck, too", async () => {
    const { chain, alice, bob } = started({ replicas: 2 });
    chain.mustRun(alice, grantTo(alice, stranger, basic("700uassay")));
    chain.mustRun(bob, sendMsg(bob, stranger, "50"));
    const options = { fee: "300uassay", granter: alice.address };
    const txs = [1, 2, 3].map((n) =>
      chain.tx(stranger, sendMsg(stranger, bob, String(n)), options),
    );
    const codes = txs.map((tx) => {
      const { codespace, code, log } = chain.submit(tx);
      return `${codespace}/${code} ${log}`;
    });
    const refusal = `${alice.address} does not allow to pay fees for ${stranger.address}: basic allowance: fee limit exceeded`;
    assert.deepEqual(codes, ["/0 ", "/0 ", `feegrant/2 ${refusal}`]);

    // Alice revokes in a block that holds neither: recheck throws both out.
    const waiting = chain.mempool;
    chain.mempool = [];
    const revoke = chain.tx(alice, revokeFrom(alice, stranger));
    const recheck = (tx: Uint8Array): number => chain.first.app.checkTx({ tx, type: 1 }).code;
    chain.deliver(revoke);
    assert.deepEqual(waiting.map(recheck), [38, 38]);
    await chain.stop();
  });

  it("keeps recheck's table and the allowance in one account: both kinds of fee count", async () => {
    const { chain, alice, bob } = started();
    const rich = coins(chain, alice);
    chain.mustRun(alice, [sendMsg(alice, bob, String(rich - 1000n)), grantTo(alice, bob, basic())]);
    // Both of alice's 1000: her own fee, then one that she granted, then one too many.
    const own = chain.tx(alice, sendMsg(alice, bob, "1"), { fee: "400uassay" });
    const granted = { fee: "400uassay", granter: alice.address };
    const first = chain.tx(bob, sendMsg(bob, alice, "1"), granted);
    const second = chain.tx(bob, sendMsg(bob, alice, "2"), granted);
    const checked = [own, first, second].map((tx) => chain.submit(tx).code);
    assert.deepEqual(checked, [0, 0, 5]);
    const waiting = chain.mempool;
    chain.mempool = [];
    chain.next();
    const again = [own, first, second].map((tx) => chain.first.app.checkTx({ tx, type: 1 }).code);
    assert.deepEqual(again, [0, 0, 5]);
    chain.mempool = waiting;
    const { results } = chain.next();
    assert.deepEqual(
      results.map(({ code }) => code),
      [0, 0],
    );
    await chain.stop();
  });
});

type Refused = {
  readonly what: string;
  readonly code: string;
  readonly log: string | RegExp;
  readonly allowance: (now: bigint) => Any | undefined;
  readonly use?: { fee?: string; gas?: bigint };
  readonly message?: (own: TestKey, other: TestKey) => Any;
};

const hour = 3_600_000n;
const refusals: readonly Refused[] = [
  {
    what: "a fee above the limit",
    ...{ code: "feegrant/2", log: "basic allowance: fee limit exceeded" },
    allowance: () => basic("299uassay"),
  },
  {
    what: "a fee in a denom that the limit does not name",
    ...{ code: "feegrant/2", log: "basic allowance: fee limit exceeded" },
    allowance: () => basic("300abc"),
  },
  {
    what: "a message that is not allowed",
    ...{
      code: "feegrant/7",
      log: "message does not exist in allowed messages: message not allowed",
    },
    allowance: () => only(["/cosmos.bank.v1beta1.MsgMultiSend"], basic()),
  },
  {
    what: "a fee above the period's limit",
    ...{ code: "feegrant/2", log: "period limit: fee limit exceeded" },
    allowance: () => periodic({ seconds: 3600n, perPeriod: "299uassay" }),
  },
  {
    what: "a fee above what the period has left",
    ...{ code: "feegrant/2", log: "period limit: fee limit exceeded" },
    allowance: (now) =>
      periodic({
        ...{ seconds: 3600n, perPeriod: "900uassay", canSpend: "299uassay" },
        resetMs: now + hour,
      }),
  },
  {
    what: "a fee above the whole of a periodic allowance",
    ...{ code: "feegrant/2", log: "absolute limit: fee limit exceeded" },
    allowance: (now) =>
      periodic({
        ...{ limit: "299uassay", seconds: 3600n, perPeriod: "299uassay" },
        ...{ canSpend: "900uassay", resetMs: now + hour },
      }),
  },
];

describe("chain/feegrant: a fee that the allowance does not cover", () => {
  for (const { what, code, log, allowance } of refusals) {
    it(`refuses ${what} with ${code}, in CheckTx and in a block alike`, async () => {
      const { chain, alice, bob } = started();
      chain.mustRun(alice, grantTo(alice, bob, allowance(chain.timeMs)));
      const granted = grantOf(chain, alice, bob);
      const tx = chain.tx(bob, sendMsg(bob, alice), { fee: "300uassay", granter: alice.address });
      const text = `${alice.address} does not allow to pay fees for ${bob.address}: ${log.toString()}`;
      const checked = chain.first.app.checkTx({ tx, type: 0 });
      assert.equal(checked.log, text);
      assert.equal(`${checked.codespace}/${checked.code}`, code);
      const result = chain.finalize([tx]);
      assert.equal(`${result.codespace}/${result.code}`, code);
      assert.equal(result.log, text);
      assert.deepEqual(result.events, []);
      assert.deepEqual(grantOf(chain, alice, bob), granted);
      await chain.stop();
    });
  }

  it("stops at the granter's balance with sdk/5", async () => {
    const { chain, alice, bob } = started();
    const rich = coins(chain, alice);
    chain.mustRun(alice, [grantTo(alice, bob, basic()), sendMsg(alice, bob, String(rich - 10n))]);
    const result = chain.run(bob, sendMsg(bob, alice), {
      ...{ fee: "11uassay", granter: alice.address },
    });
    assert.equal(result.code, 5);
    assert.equal(
      result.log,
      "spendable balance 10uassay is smaller than 11uassay: insufficient funds",
    );
    await chain.stop();
  });

  it("takes the payer's own coins when the payer names itself", async () => {
    const { chain, alice, bob } = started();
    const before = coins(chain, bob);
    chain.mustRun(bob, sendMsg(bob, alice), { fee: "300uassay", granter: bob.address });
    assert.equal(coins(chain, bob), before - 305n);
    await chain.stop();
  });
});

const nested = only(["x"], basic());
const badGrants: readonly { what: string; code: string; log: RegExp; allowance?: Any }[] = [
  { what: "no allowance", code: "feegrant/5", log: /: no allowance$/ },
  { what: "a limit of 0", code: "sdk/10", log: /invalid coins$/, allowance: basic("0uassay") },
  {
    ...{ what: "coins out of order", code: "sdk/10", log: /^send amount is invalid/ },
    allowance: basic("1uassay,1abc"),
  },
  {
    ...{ what: "a negative expiration", code: "feegrant/4" },
    log: /^expiration time cannot be negative: invalid duration$/,
    allowance: msg("/cosmos.feegrant.v1beta1.BasicAllowance", BasicAllowance, {
      expiration: { seconds: -1n, nanos: 0 },
    }),
  },
  {
    ...{ what: "nanoseconds beyond a second", code: "feegrant/4", log: /invalid duration$/ },
    allowance: msg("/cosmos.feegrant.v1beta1.BasicAllowance", BasicAllowance, {
      expiration: { seconds: 2_000_000_000n, nanos: 1_000_000_000 },
    }),
  },
  {
    ...{ what: "an empty period's limit", code: "sdk/10", log: /^spend limit must be positive/ },
    allowance: periodic({ seconds: 1n, perPeriod: "" }),
  },
  {
    ...{ what: "a period in another denom", code: "sdk/10", log: /different currency/ },
    allowance: periodic({ seconds: 1n, limit: "5uassay", perPeriod: "5abc" }),
  },
  {
    ...{ what: "a negative period", code: "feegrant/4", log: /^negative clock step/ },
    allowance: periodic({ seconds: -1n, perPeriod: "5uassay" }),
  },
  {
    ...{ what: "no allowed messages", code: "feegrant/6", log: /allowed messages are empty$/ },
    allowance: only([], basic()),
  },
  {
    ...{ what: "allowed messages without an allowance", code: "feegrant/5", log: /no allowance$/ },
    allowance: only(["x"], undefined),
  },
  {
    ...{ what: "an allowance in an allowance in an allowance", code: "sdk/34", log: /from Any$/ },
    allowance: only(["x"], nested),
  },
  {
    ...{ what: "a message in place of an allowance", code: "sdk/34", log: /from Any$/ },
    allowance: msg(sendType, MsgSend, {}),
  },
  {
    ...{ what: "65 allowed messages", code: "sdk/18", log: /at most 64/ },
    allowance: only(Array<string>(65).fill("x"), basic()),
  },
];

describe("chain/feegrant: MsgGrantAllowance and MsgRevokeAllowance", () => {
  for (const { what, code, log, allowance } of badGrants) {
    it(`refuses ${what} with ${code}`, async () => {
      const { chain, alice, bob } = started();
      const tx = chain.tx(alice, grantTo(alice, bob, allowance));
      const checked = chain.first.app.checkTx({ tx, type: 0 });
      assert.match(checked.log, log);
      assert.equal(`${checked.codespace}/${checked.code}`, code);
      assert.equal(grantOf(chain, alice, bob), undefined);
      await chain.stop();
    });
  }

  it("refuses a second grant, a past expiration, oneself and a module", async () => {
    const { chain, alice, bob } = started();
    chain.mustRun(alice, grantTo(alice, bob, basic()));
    const module = { address: moduleAddress("staking") };
    const cases: [Any, string, RegExp][] = [
      [grantTo(alice, bob, basic()), "sdk/18", /fee allowance already exists: invalid request$/],
      [
        grantTo(alice, stranger, basic("", chain.timeMs)),
        "sdk/18",
        /expiration is before current block time: invalid request$/,
      ],
      [grantTo(alice, module, basic()), "sdk/4", /is not allowed to receive funds: unauthorized$/],
      [grantTo(alice, alice, basic()), "sdk/7", /cannot self-grant fee authorization/],
      [revokeFrom(alice, stranger), "sdk/38", /fee-grant not found: not found$/],
      [revokeFrom(alice, alice), "sdk/7", /addresses must be different/],
      [grantTo(alice, { address: "nobody" as Address }, basic()), "sdk/7", /invalid address$/],
    ];
    for (const [message, code, log] of cases) {
      const result = chain.finalize([chain.tx(alice, message)]);
      assert.match(result.log, log);
      assert.equal(`${result.codespace}/${result.code}`, code, result.log);
      assert.deepEqual(chain.attributes(result, "set_feegrant"), []);
    }
    assert.equal(
      chain.read((ctx) => getAccount(ctx, stranger.address)),
      undefined,
    );
    const revoked = chain.mustRun(alice, revokeFrom(alice, bob));
    assert.equal(chain.attributes(revoked, "revoke_feegrant").length, 1);
    assert.equal(grantOf(chain, alice, bob), undefined);
    chain.assertInvariants();
    await chain.stop();
  });

  it("refuses a grant that somebody else signed", async () => {
    const { chain, alice, bob } = started();
    const result = chain.finalize([chain.tx(bob, grantTo(alice, bob, basic()))]);
    assert.equal(result.code, 8, result.log);
    await chain.stop();
  });
});

describe("chain/feegrant: time", () => {
  it("fills a periodic allowance once a period, and from now after a long silence", async () => {
    const { chain, alice, bob } = started();
    chain.mustRun(
      alice,
      grantTo(alice, bob, periodic({ seconds: 60n, perPeriod: "500uassay", limit: "1400uassay" })),
    );
    const pay = (amount: bigint): number =>
      chain.run(bob, sendMsg(bob, alice), { fee: `${amount}uassay`, granter: alice.address }).code;
    const state = (): string => {
      const own = PeriodicAllowance.decode(grantOf(chain, alice, bob)?.value ?? assert.fail());
      const left = own.periodCanSpend[0]?.amount ?? "0";
      return `${left} of ${own.basic.spendLimit[0]?.amount} until ${own.periodReset.seconds}`;
    };
    const first = chain.timeMs / 1000n + 1n;
    assert.equal(pay(400n), 0);
    assert.equal(state(), `100 of 1000 until ${first + 60n}`);
    assert.equal(pay(101n), 2);
    chain.next({ advanceMs: 59_000n });
    assert.equal(pay(200n), 0);
    assert.equal(
      state(),
      `300 of 800 until ${first + 120n}`,
      "the next period begins at the last's end",
    );
    chain.next({ advanceMs: 600_000n });
    const late = chain.timeMs / 1000n + 1n;
    assert.equal(pay(450n), 0);
    assert.equal(state(), `50 of 350 until ${late + 60n}`);
    chain.next({ advanceMs: 61_000n });
    assert.equal(pay(350n), 0, "no more than the whole limit has left");
    assert.equal(grantOf(chain, alice, bob), undefined);
    chain.assertInvariants();
    await chain.stop();
  });

  it("ends a grant after its last millisecond, and not before; then the chain rests", async () => {
    const { chain, alice, bob } = started();
    const expires = chain.timeMs + 10_000n;
    chain.mustRun(alice, [
      grantTo(alice, bob, basic("", expires)),
      grantTo(alice, stranger, only([sendType], basic("", expires + 1n))),
    ]);
    chain.settle();
    const left = expires - chain.timeMs;
    const options = { fee: "1uassay", granter: alice.address };
    chain.next({ advanceMs: left - 1000n });
    assert.equal(chain.run(bob, sendMsg(bob, alice), options).code, 0, "at the very millisecond");
    assert.equal(chain.timeMs, expires);
    assert.notEqual(grantOf(chain, alice, bob), undefined);
    const late = chain.finalize([chain.tx(bob, sendMsg(bob, alice), options)]);
    assert.equal(`${late.codespace}/${late.code}`, "feegrant/3");
    assert.match(late.log, /basic allowance: fee allowance expired$/);
    assert.equal(grantOf(chain, alice, bob), undefined);
    assert.equal(grantOf(chain, alice, stranger), undefined);
    chain.assertInvariants();
    chain.settle(2);
    const hash = chain.appHash;
    chain.next({ blocks: 3, advanceMs: hour });
    assert.deepEqual(chain.appHash, hash, "an idle chain writes nothing");
    await chain.stop();
  });

  it("ends at most 200 grants in a block; MsgPruneAllowances ends 75 more", async () => {
    const { chain, alice, bob } = started();
    const expires = chain.timeMs + 60_000n;
    const grantees = Array.from({ length: 300 }, (_, i) => testKey(`grantee ${i}`));
    for (let at = 0; at < grantees.length; at += 50) {
      const grants = grantees
        .slice(at, at + 50)
        .map((grantee) => grantTo(alice, grantee, basic("", expires)));
      chain.mustRun(alice, grants, { gas: 20_000_000n });
    }
    const count = (): number =>
      grantees.filter((grantee) => grantOf(chain, alice, grantee) !== undefined).length;
    assert.equal(count(), 300);
    const prune = msg("/cosmos.feegrant.v1beta1.MsgPruneAllowances", MsgPruneAllowances, {
      pruner: bob.address,
    });
    const early = chain.mustRun(bob, prune);
    assert.equal(chain.attributes(early, "prune_feegrant").length, 1);
    assert.equal(count(), 300, "nothing has expired yet");
    chain.submit(chain.tx(bob, prune, { gas: 5_000_000n }));
    chain.next({ advanceMs: 120_000n });
    assert.equal(count(), 25);
    chain.assertInvariants();
    chain.next();
    assert.equal(count(), 0);
    chain.assertInvariants();
    await chain.stop();
  });
});

describe("chain/feegrant: queries and genesis", () => {
  it("answers Allowance, Allowances and AllowancesByGranter page by page", async () => {
    const { chain, alice, bob } = started();
    const [, , carol = assert.fail()] = chain.accounts;
    chain.mustRun(alice, [grantTo(alice, bob, basic("5uassay")), grantTo(alice, carol, basic())]);
    chain.mustRun(carol, grantTo(carol, bob, basic()));
    const path = "/cosmos.feegrant.v1beta1.Query/";
    const one = (granter: TestKey, grantee: TestKey) =>
      chain.query(
        `${path}Allowance`,
        QueryAllowanceRequest,
        { granter: granter.address, grantee: grantee.address },
        QueryAllowanceResponse,
      );
    assert.equal(limitOf(one(alice, bob).allowance?.allowance), "5uassay");
    assert.throws(
      () => one(bob, alice),
      (error) =>
        error instanceof QueryError && error.code === 22 && /fee-grant not found/.test(error.log),
    );
    const given = (grantee: TestKey, limit: bigint, key: Uint8Array = new Uint8Array()) =>
      chain.query(
        `${path}Allowances`,
        QueryAllowancesRequest,
        {
          grantee: grantee.address,
          pagination: { key, limit, offset: 0n, countTotal: true, reverse: false },
        },
        QueryAllowancesResponse,
      );
    const first = given(bob, 1n);
    const second = given(bob, 1n, first.pagination?.nextKey);
    assert.equal(first.pagination?.total, 2n);
    const granters = [...first.allowances, ...second.allowances].map(({ granter }) => granter);
    assert.deepEqual(
      granters.sort(compareAscii),
      [alice.address, carol.address].sort(compareAscii),
    );
    const issued = (granter: TestKey): string[] =>
      chain
        .query(
          `${path}AllowancesByGranter`,
          QueryAllowancesByGranterRequest,
          { granter: granter.address },
          QueryAllowancesByGranterResponse,
        )
        .allowances.map(({ grantee }) => grantee)
        .sort(compareAscii);
    assert.deepEqual(issued(alice), [bob.address, carol.address].sort(compareAscii));
    assert.deepEqual(issued(carol), [bob.address]);
    assert.deepEqual(issued(bob), []);
    await chain.stop();
  });

  it("exports and takes back every kind of allowance; the bytes stay equal", async () => {
    const { chain, alice, bob } = started();
    const [, , carol = assert.fail()] = chain.accounts;
    const expires = chain.timeMs + hour;
    chain.mustRun(alice, [
      grantTo(alice, bob, basic("5uassay", expires)),
      grantTo(alice, carol, only([sendType], periodic({ seconds: 5n, perPeriod: "7uassay" }))),
      grantTo(
        alice,
        stranger,
        periodic({ seconds: 5n, perPeriod: "7uassay", expirationMs: expires }),
      ),
    ]);
    const exported = exportGenesis(chain.first.state);
    const again = startChain({
      genesis: (state) => Object.assign(state, JSON.parse(exported)),
    });
    again.assertInvariants();
    const part = (text: string): unknown =>
      (JSON.parse(text) as Record<string, unknown>)["feegrant"];
    again.next();
    assert.deepEqual(part(exportGenesis(again.first.state)), part(exported));
    assert.deepEqual(grantOf(again, alice, carol), grantOf(chain, alice, carol));
    again.next({ advanceMs: 2n * hour });
    assert.equal(grantOf(again, alice, bob), undefined, "the queue was rebuilt");
    await chain.stop();
    await again.stop();
  });

  it("names every fault of a genesis file", () => {
    const [alice = assert.fail(), bob = assert.fail()] = [
      testKey("account 0"),
      testKey("account 1"),
    ];
    const allowance = { "@type": "/cosmos.feegrant.v1beta1.BasicAllowance", spend_limit: [] };
    const grant = { granter: alice.address, grantee: bob.address, allowance };
    assert.throws(
      () =>
        startChain({
          genesis(state) {
            state["feegrant"] = {
              allowances: [
                grant,
                grant,
                { ...grant, grantee: "nobody" },
                { ...grant, granter: bob.address },
                { granter: alice.address, grantee: feegrants.sendType },
              ],
            };
          },
        }),
      (error: unknown) => {
        const text = JSON.stringify(error, Object.getOwnPropertyNames(error));
        return ["/1", "/2", "/3", "/4"].every((at) => text.includes(`/feegrant/allowances${at}`));
      },
    );
  });
});
