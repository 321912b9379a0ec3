import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import type { EncodeObject } from "@cosmjs/proto-signing";
import type { AssayClient, Rpc, SignedTx } from "../../client/index.ts";
import { appInfo, blockAt } from "./blocks.ts";
import { until } from "./network.ts";

const quietMs = 3_000;

/** A transfer of one unit to oneself. */
export function transfer(address: string): EncodeObject {
  return {
    typeUrl: "/cosmos.bank.v1beta1.MsgSend",
    value: MsgSend.fromPartial({
      fromAddress: address,
      toAddress: address,
      amount: [{ denom: "uassay", amount: "1" }],
    }),
  };
}

/** Signs a transfer and does not send it: the moment of sending is the caller's. */
export async function signedSend(client: AssayClient): Promise<SignedTx> {
  let signed: SignedTx | undefined;
  const keep = (tx: SignedTx): never => {
    signed = tx;
    throw new Error("not sent yet");
  };
  const message = transfer(client.sender.address);
  await assert.rejects(client.sender.broadcast([message], { beforeSend: keep }), /not sent yet/);
  assert.ok(signed !== undefined);
  return signed;
}

/** Waits for silence, then sends the last transaction; answers its height. */
export async function sendOne(client: AssayClient): Promise<number> {
  await until(
    async () => {
      const { height } = await appInfo(client.rpc);
      await delay(quietMs);
      return (await appInfo(client.rpc)).height === height ? true : undefined;
    },
    60_000,
    0,
  );
  return Number((await client.send([transfer(client.sender.address)])).height);
}

/** Exactly one block after `last`, on every node, without transactions and without a change of state. */
export async function assertQuiet(rpcs: readonly Rpc[], last: number, ms: number): Promise<void> {
  const infos = () => Promise.all(rpcs.map(appInfo));
  await until(
    async () => ((await infos()).every(({ height }) => height > last) ? true : undefined),
    30_000,
    50,
  );
  const end = Date.now() + ms;
  while (Date.now() < end) {
    await delay(500);
    for (const { height } of await infos()) assert.equal(height, last + 1);
  }
  const [first] = rpcs;
  assert.ok(first !== undefined);
  // What the empty block found is what it left: it wrote nothing.
  const { appHash, txs } = await blockAt(first, last + 1);
  assert.equal(txs.length, 0);
  for (const info of await infos()) assert.equal(info.appHash, appHash);
}
