import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runAnte, type AnteEnv } from "../../../../app/tx/ante.ts";
import { checkMessages } from "../../../../app/tx/checkedTx.ts";
import { decodeTx } from "../../../../app/tx/decode.ts";
import { attempt } from "../../../../app/tx/deliver.ts";
import { plainAnteGas, Waiting } from "../../../../app/tx/waiting.ts";
import type { Amount } from "../../../../core/brand.ts";
import { inBranch, type Ctx } from "../../../../core/context.ts";
import { GasMeter } from "../../../../core/gas.ts";
import { branch } from "../../../../core/store/branch.ts";
import { accounts } from "../../../../modules/auth/state.ts";
import * as auth from "../../../../modules/auth/index.ts";
import { setBalance } from "../../../../modules/bank/balances.ts";
import { MsgSend, type Any } from "../../../../proto/cosmos.ts";
import { msg, startChain, type TestChain, type TxOptions } from "../../../support/driver.ts";
import { keyAny } from "../../../support/driverTx.ts";
import type { TestKey } from "../../../support/keys.ts";

const send = (from: TestKey, to: TestKey): Any =>
  msg("/cosmos.bank.v1beta1.MsgSend", MsgSend, {
    fromAddress: from.address,
    toAddress: to.address,
    amount: [{ denom: "uassay", amount: "5" }],
  });

type World = { readonly chain: TestChain; readonly ctx: Ctx; readonly env: AnteEnv };

/** Two accounts whose keys are stored, and one whose key is not. */
function started(): World & { readonly keys: readonly [TestKey, TestKey, TestKey] } {
  const chain = startChain({ minGasPrice: "0.0025uassay", maxGas: 2_000_000n });
  const [alice, bob, carol] = chain.accounts as [TestKey, TestKey, TestKey];
  for (const key of [alice, bob]) chain.mustRun(key, send(key, carol), { fee: "2500uassay" });
  const { state } = chain.first;
  const ctx = state.ctx(branch(state.base), state.lastBlock);
  return { chain, ctx, env: state.anteEnv("check"), keys: [alice, bob, carol] };
}

/** What both ways say of a transaction, each on a state of its own. */
function bothWays({ chain, ctx, env }: World, bytes: Uint8Array) {
  const { registry } = chain.first.state;
  const own = (): Ctx => ({ ...ctx, store: branch(ctx.store), gas: new GasMeter() });
  const read = () => checkMessages(decodeTx(registry, bytes));
  const short = attempt(() => new Waiting().admit(own(), read(), env), [], true);
  const long = attempt(
    () => {
      const checked = read();
      const gas = new GasMeter(checked.tx.gasLimit);
      inBranch({ ...own(), gas }, (inner) => runAnte(inner, checked, env));
    },
    [],
    true,
  );
  return { short, long };
}

describe("tx: the short way of what waits", () => {
  it("lets nothing pass that the ante refuses, and refuses in its words", () => {
    const world = started();
    const { chain, keys } = world;
    const [alice, bob, carol] = keys;
    const fee = "2500uassay";
    const edits: TxOptions[] = [
      { fee },
      { fee, memo: "a".repeat(256) },
      { fee, keyless: true },
      { fee, timeoutHeight: chain.height + 5n },
      { fee: "1000000uassay" },
      // Each of these fails at another step.
      { fee, memo: "é".repeat(129) },
      { fee, sequence: 0n },
      { fee, sequence: 7n },
      { fee, zeroSigned: true },
      { fee, unsigned: true },
      { fee, chainId: "another-1" },
      { fee, accountNumber: 9n },
      { fee, mode: 2 },
      { fee, mode: 127 },
      { fee, gas: 0n },
      { fee, gas: 2_000_001n },
      { fee, gas: 20_000n },
      { fee, timeoutHeight: 1n },
      { fee: "" },
      { fee: "2499uassay" },
      { fee: "0uassay" },
      { fee: "999999999999999uassay" },
      { fee: "2500uassay,1uassay" },
      { fee: "1zzz,2500uassay" },
      { fee, payer: bob },
      { fee, granter: bob.address },
      { fee, granter: "nobody" },
      { fee, edit: ({ body }) => void (body.unordered = true) },
      { fee, edit: ({ body }) => void body.extensionOptions.push(keyAny(alice)) },
      { fee, edit: ({ authInfo }) => void authInfo.signerInfos.push(...authInfo.signerInfos) },
      { fee, edit: ({ authInfo }) => void authInfo.signerInfos.splice(0) },
      {
        fee,
        edit: ({ authInfo: { signerInfos } }) =>
          signerInfos.forEach((info) => (info.publicKey = keyAny(bob))),
      },
    ];
    const counts = { passed: 0, refused: 0, left: 0 };
    for (const signer of [alice, carol]) {
      for (const options of edits) {
        const sequence = signer === alice ? 1n : 0n;
        const bytes = chain.tx(signer, send(signer, bob), { sequence, ...options });
        const { short, long } = bothWays(world, bytes);
        const name = JSON.stringify(options, (_, value: unknown) => String(value));
        if (!short.ok) {
          assert.deepEqual(short, long, name);
          counts.refused += 1;
        } else if (short.value) {
          assert.ok(long.ok, `${name}: ${JSON.stringify(long)}`);
          counts.passed += 1;
        } else counts.left += 1;
      }
    }
    assert.equal(counts.passed, 5);
    assert.ok(counts.refused >= 10 && counts.left >= 10, JSON.stringify(counts));
  });

  it("asks for more gas than the ante uses on the longest account, denom and amounts", () => {
    const world = started();
    const { chain, ctx, env, keys } = world;
    const [alice, bob] = keys;
    const denom = "u".repeat(128);
    const most = (2n ** 128n - 1n) as Amount;
    const none = 0n as Amount;
    const account = auth.requireAccount(ctx, alice.address);
    const large = { accountNumber: 2n ** 53n - 1n, sequence: 2n ** 53n - 1n };
    accounts.set(ctx, alice.address, { ...account, ...large });
    setBalance(ctx, alice.address, denom, none, most);
    for (const [held, paid] of [
      [none, most],
      [(most / 2n) as Amount, most / 2n],
    ] as const) {
      const own: Ctx = { ...ctx, store: branch(ctx.store) };
      setBalance(own, env.feeCollector, denom, none, held);
      const bytes = chain.tx(alice, send(alice, bob), { fee: `${paid}${denom}`, ...large });
      const checked = checkMessages(decodeTx(chain.first.state.registry, bytes));
      const gas = new GasMeter();
      inBranch({ ...own, gas }, (inner) => runAnte(inner, checked, { ...env, minGasPrices: [] }));
      const { txSizeCostPerByte, sigVerifyCostSecp256k1 } = auth.params(ctx);
      const rest = gas.used - txSizeCostPerByte * BigInt(bytes.length) - sigVerifyCostSecp256k1;
      assert.ok(rest > 0n && rest <= plainAnteGas, `${rest} of ${plainAnteGas}`);
    }
  });

  it("counts fees and sequences over both ways", () => {
    const { chain, keys } = started();
    const [alice, bob] = keys;
    const txs = Array.from({ length: 6 }, (_, i) =>
      chain.tx(alice, send(alice, bob), {
        fee: "2500uassay",
        // Too little for the short way, enough for the ante.
        gas: i % 2 === 0 ? 1_000_000n : 60_000n,
      }),
    );
    for (const bytes of txs) {
      const { code, log } = chain.first.app.checkTx({ tx: bytes, type: 0 });
      assert.equal(code, 0, log);
    }
    const [again] = txs;
    assert.equal(chain.first.app.checkTx({ tx: again ?? new Uint8Array(), type: 0 }).code, 32);
    const rest = chain.read((ctx) => auth.requireAccount(ctx, alice.address).sequence);
    assert.equal(rest, 1n);
  });
});
