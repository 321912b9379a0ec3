import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CoinLedger } from "../../../core/coins.ts";

describe("core: coins", () => {
  it("balance when balances change by what was minted less what was burned, in each denom", () => {
    const ledger = new CoinLedger();
    assert.equal(ledger.imbalance(), undefined);
    ledger.balance("a", 5n);
    assert.match(ledger.imbalance() ?? "", /got 5a more/);
    ledger.balance("a", -5n);
    ledger.supply("b", 7n);
    assert.match(ledger.imbalance() ?? "", /got -7b more/);
    ledger.balance("b", 7n);
    ledger.supply("c", -2n);
    ledger.balance("c", -2n);
    assert.equal(ledger.imbalance(), undefined);
  });

  it("does not let one denom pay for another", () => {
    const ledger = new CoinLedger();
    ledger.balance("a", 1n);
    ledger.balance("b", -1n);
    assert.notEqual(ledger.imbalance(), undefined);
  });
});
