import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { inBranch, type Ctx } from "../../../../core/context.ts";
import { moduleAddress } from "../../../../core/crypto/address.ts";
import * as bank from "../../../../modules/bank/index.ts";
import { broken } from "../../../support/moduleCalls.ts";
import { alice, bankWorld, bob, carol, units } from "./world.ts";

const owners = [alice, bob, carol, moduleAddress("tasks"), moduleAddress("staking")];
const denoms = ["ucosm", "ustake"];
const modules = ["tasks", "staking"];

type Step = { kind: string; from: number; to: number; denom: string; amount: bigint };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("send", "toModule", "fromModule", "moduleToModule", "mint", "burn"),
    from: fc.nat({ max: 2 }),
    to: fc.nat({ max: 2 }),
    denom: fc.constantFrom(...denoms),
    amount: fc.bigInt({ min: 0n, max: 600n }),
  }),
  { maxLength: 40 },
);

/** Payer and receiver of a step as places in `owners`; undefined = new or destroyed coins. */
function ends({ kind, from, to }: Step): [number | undefined, number | undefined] {
  const [first, second] = [3 + (from & 1), 3 + (to & 1)];
  if (kind === "send") return [from, to];
  if (kind === "toModule") return [from, second];
  if (kind === "fromModule") return [first, to];
  if (kind === "moduleToModule") return [first, second];
  return kind === "mint" ? [undefined, first] : [first, undefined];
}

function run(ctx: Ctx, { kind, from, to, denom, amount: raw }: Step): void {
  const amount = units(raw);
  const [payer, receiver] = [owners[from] ?? alice, owners[to] ?? alice];
  const [first, second] = [modules[from & 1] ?? "", modules[to & 1] ?? ""];
  if (kind === "send") bank.send(ctx, payer, receiver, [{ denom, amount }]);
  else if (kind === "toModule") bank.toModule(ctx, payer, second, denom, amount);
  else if (kind === "fromModule") bank.fromModule(ctx, first, receiver, denom, amount);
  else if (kind === "moduleToModule") bank.moduleToModule(ctx, first, second, denom, amount);
  else if (kind === "mint") bank.mint(ctx, first, denom, amount);
  else bank.burn(ctx, first, denom, amount);
}

describe("bank: conservation", () => {
  it("keeps every balance as a plain table does, and refuses exactly what the table cannot pay", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const ctx = bankWorld().at();
        const table = new Map(
          owners.flatMap((_, i) => denoms.map((denom) => [`${i} ${denom}`, 0n])),
        );
        table.set("0 ucosm", 1000n).set("0 ustake", 50n).set("1 ucosm", 7n);
        const at = (i: number, denom: string): bigint => table.get(`${i} ${denom}`) ?? 0n;
        for (const step of list) {
          const { denom, amount } = step;
          const [payer, receiver] = ends(step);
          if (payer !== undefined && at(payer, denom) < amount) {
            assert.throws(() => inBranch(ctx, (own) => run(own, step)));
            continue;
          }
          inBranch(ctx, (own) => run(own, step));
          if (payer !== undefined) table.set(`${payer} ${denom}`, at(payer, denom) - amount);
          if (receiver !== undefined)
            table.set(`${receiver} ${denom}`, at(receiver, denom) + amount);
        }
        for (const denom of denoms) {
          let sum = 0n;
          for (const [i, owner] of owners.entries()) {
            assert.equal(bank.balance(ctx, owner, denom), at(i, denom));
            sum += at(i, denom);
          }
          assert.equal(bank.supply(ctx, denom), sum);
        }
        assert.deepEqual(broken(bank.bankModule, ctx), []);
      }),
    );
  });
});
