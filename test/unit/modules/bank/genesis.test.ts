import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyFromBytes } from "../../../../core/bytes.ts";
import * as auth from "../../../../modules/auth/index.ts";
import * as bank from "../../../../modules/bank/index.ts";
import { AuthGenesisState, BankGenesisState, type Metadata } from "../../../../proto/cosmos.ts";
import { testWorld } from "../../../support/ctx.ts";
import { broken, exportGenesis, genesisFaults, initGenesis } from "../../../support/moduleCalls.ts";
import { alice, bankGenesis, bankWorld, bob, units } from "./world.ts";

const { bankModule } = bank;
const coin = (amount: string, denom = "ucosm") => ({ denom, amount });

function metadata(fields: Partial<Metadata> = {}): Metadata {
  return {
    description: "The fee token",
    denomUnits: [
      { denom: "ucosm", exponent: 0, aliases: [] },
      { denom: "COSM", exponent: 6, aliases: [] },
    ],
    base: "ucosm",
    display: "COSM",
    name: "",
    symbol: "",
    uri: "",
    uriHash: "",
    ...fields,
  };
}

describe("bank: genesis", () => {
  it("creates accounts for balances and for modules, and sums the supply", () => {
    const ctx = bankWorld({ supply: [coin("1007"), coin("50", "ustake")] }).at();
    assert.equal(bank.supply(ctx, "ucosm"), 1007n);
    assert.equal(auth.getAccount(ctx, alice)?.accountNumber, 0n);
    for (const name of bank.moduleAccounts) {
      assert.equal(auth.isModuleAddress(ctx, auth.ensureModuleAccount(ctx, name).address), true);
    }
    assert.equal(ctx.coins.imbalance(), undefined);
    assert.deepEqual(broken(bankModule, ctx), []);
    assert.deepEqual(broken(auth.authModule, ctx), []);
  });

  it("exports what it imports, byte by byte", () => {
    const first = bankWorld({
      denomMetadata: [metadata()],
      sendEnabled: [{ denom: "ustake", enabled: false }],
    });
    bank.mint(first.at(), "tasks", "unew", units(5n));
    const [authState, bankState] = [
      exportGenesis(auth.authModule, first.at()),
      exportGenesis(bankModule, first.at()),
    ];
    const second = testWorld();
    initGenesis(auth.authModule, second.at(), AuthGenesisState.decode(authState));
    initGenesis(bankModule, second.at(), BankGenesisState.decode(bankState));
    assert.deepEqual(exportGenesis(bankModule, second.at()), bankState);
    assert.deepEqual(second.store.dump(), first.store.dump());
  });

  it("keeps params whose encoding would be empty", () => {
    const ctx = bankWorld({ params: { defaultSendEnabled: false, sendEnabled: [] } }).at();
    assert.equal(bank.params(ctx).defaultSendEnabled, false);
  });

  const max = (2n ** 128n - 1n).toString();
  const units6 = { denom: "COSM", exponent: 6, aliases: [] };
  const cases: [string, Partial<BankGenesisState>, string, RegExp][] = [
    [
      "a supply above the sum",
      { supply: [coin("1008"), coin("50", "ustake")] },
      "/supply",
      /expected 1007, got 1008/,
    ],
    [
      "a supply below the sum",
      { supply: [coin("1006"), coin("50", "ustake")] },
      "/supply",
      /expected 1007, got 1006/,
    ],
    [
      "a supply that lacks a denom",
      { supply: [coin("1007")] },
      "/supply",
      /ustake: expected 50, got 0/,
    ],
    [
      "a supply nobody has",
      { supply: [coin("1007"), coin("1", "unone"), coin("50", "ustake")] },
      "/supply",
      /unone: expected 0, got 1/,
    ],
    [
      "an unsorted supply",
      { supply: [coin("50", "ustake"), coin("1007")] },
      "/supply",
      /ascending/,
    ],
    [
      "a sum above 2^128-1",
      {
        balances: [
          { address: alice, coins: [coin(max)] },
          { address: bob, coins: [coin("1")] },
        ],
      },
      "/balances",
      /2\^128-1/,
    ],
    [
      "an address twice",
      {
        balances: [
          { address: alice, coins: [coin("1")] },
          { address: alice, coins: [coin("1")] },
        ],
      },
      "/balances/1/address",
      /once/,
    ],
    [
      "a broken address",
      { balances: [{ address: "x", coins: [coin("1")] }] },
      "/balances/0/address",
      /bech32/,
    ],
    [
      "a balance of 0",
      { balances: [{ address: alice, coins: [coin("0")] }] },
      "/balances/0/coins",
      /more than 0/,
    ],
    [
      "a negative balance",
      { balances: [{ address: alice, coins: [coin("-5")] }] },
      "/balances/0/coins",
      /digits/,
    ],
    [
      "a broken denom",
      { balances: [{ address: alice, coins: [coin("5", "u")] }] },
      "/balances/0/coins",
      /denom/,
    ],
    [
      "the old list of switches",
      { params: { defaultSendEnabled: true, sendEnabled: [{ denom: "ucosm", enabled: true }] } },
      "/params/send_enabled",
      /none/,
    ],
    [
      "a switch twice",
      {
        sendEnabled: [
          { denom: "ucosm", enabled: true },
          { denom: "ucosm", enabled: false },
        ],
      },
      "/send_enabled/1",
      /once/,
    ],
    [
      "a switch of a broken denom",
      { sendEnabled: [{ denom: "u", enabled: true }] },
      "/send_enabled/0",
      /denom/,
    ],
    [
      "metadata without units",
      { denomMetadata: [metadata({ denomUnits: [] })] },
      "/denom_metadata/0",
      /at least the base/,
    ],
    [
      "metadata whose first unit is not the base",
      { denomMetadata: [metadata({ denomUnits: [units6] })] },
      "/denom_metadata/0",
      /first unit/,
    ],
    [
      "metadata with units out of order",
      {
        denomMetadata: [
          metadata({
            denomUnits: [
              { denom: "ucosm", exponent: 0, aliases: [] },
              units6,
              { ...units6, denom: "mcosm", exponent: 3 },
            ],
          }),
        ],
      },
      "/denom_metadata/0",
      /exponent of mcosm: expected 7/,
    ],
    [
      "metadata with an unknown display",
      { denomMetadata: [metadata({ display: "BTC" })] },
      "/denom_metadata/0",
      /display/,
    ],
    ["metadata twice", { denomMetadata: [metadata(), metadata()] }, "/denom_metadata/1", /once/],
  ];
  for (const [name, fields, pointer, text] of cases) {
    it(`refuses ${name}`, () => {
      const faults = genesisFaults(bankModule, bankGenesis(fields));
      assert.equal(faults.length, 1, JSON.stringify(faults));
      assert.equal(faults[0]?.pointer, pointer);
      assert.match(faults[0]?.text ?? "", text);
    });
  }
});

describe("bank: invariants", () => {
  const key = (...bytes: (number | string)[]) =>
    keyFromBytes(
      Uint8Array.from(
        bytes.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part)] : [part])),
      ),
    );
  const address = new Array<number>(20).fill(1);

  it("see a supply that is not the sum, a lost index entry and a balance of 0", () => {
    const supply = bankWorld();
    supply.store.set("bank", key(0, "ucosm"), Buffer.from("1008"));
    assert.match(
      broken(bankModule, supply.at()).join(),
      /supplyIsSumOfBalances: .*expected 1007, got 1008/,
    );

    const lost = bankWorld();
    lost.store.delete("bank", key(3, "ucosm", 0, ...address));
    assert.match(
      broken(bankModule, lost.at()).join(),
      /ownersAreBalances: index: expected 3 entries, got 2/,
    );

    const orphan = bankWorld();
    orphan.store.delete("bank", key(2, 20, ...address, "ustake"));
    assert.match(broken(bankModule, orphan.at()).join(), /ownersAreBalances: .*has no ustake/);

    const zero = bankWorld();
    zero.store.set("bank", key(2, 20, ...address, "ucosm"), Buffer.from("0"));
    assert.match(broken(bankModule, zero.at()).join(), /balancesAreAboveZero/);
  });
});
