import { moduleAddress } from "../../../core/crypto/address.ts";
import { Coin, MsgMultiSend, MsgSend, TxRaw, type TxBody } from "../../../proto/cosmos.ts";
import type { World } from "../world.ts";

const coins = (amount: number): Coin[] => [
  Coin.fromPartial({ denom: "uassay", amount: String(amount) }),
];

/** Transfers, and transactions that nobody should have made. */
export function actOnTransfers(world: World, eager: number): void {
  const { luck } = world;
  if (luck.hits(eager)) transfer(world);
}

function transfer(world: World): void {
  const { luck, cast } = world;
  const everybody = world.everybody;
  const [from, to] = [luck.pick(everybody), luck.pick(everybody)];
  if (luck.hits(100)) {
    const outputs = [to, luck.pick(everybody)].map(({ address }) => ({ address, coins: coins(5) }));
    const fields = { inputs: [{ address: from.address, coins: coins(10) }], outputs };
    const message = world.message("/cosmos.bank.v1beta1.MsgMultiSend", MsgMultiSend, fields);
    world.send(from, [message]);
    return;
  }
  const amount = luck.pick([1, 1_000, 1_000_000, 2_000_000_000_000]);
  if (amount > 1_000_000) world.tallies.add("fault: sender without money");
  const odd = luck.hits(50);
  if (odd) world.tallies.add("fault: coins for a module account");
  const toAddress = odd ? moduleAddress(luck.pick(["tasks", "staking", "registry"])) : to.address;
  const fields = { fromAddress: from.address, toAddress, amount: coins(amount) };
  const message = world.message("/cosmos.bank.v1beta1.MsgSend", MsgSend, fields);
  // A payer of both messages signs once; two senders in one transaction sign both.
  const second = luck.pick(cast.users);
  if (luck.hits(100) && second !== from) {
    const back = { fromAddress: second.address, toAddress: from.address, amount: coins(1) };
    const other = world.message("/cosmos.bank.v1beta1.MsgSend", MsgSend, back);
    world.send([from, second], [message, other]);
    return;
  }
  world.send(from, [message]);
}

/** Transactions that no block may execute, for the end of a decided block; the mempool would not have had them. */
export function junkOf(world: World): Uint8Array[] {
  const { luck } = world;
  const from = luck.pick(world.cast.users);
  const fields = { fromAddress: from.address, toAddress: from.address, amount: coins(1) };
  const message = world.message("/cosmos.bank.v1beta1.MsgSend", MsgSend, fields);
  const kind = luck.below(9);
  const name = (what: string): void => world.tallies.add(`fault: transaction with ${what}`);
  switch (kind) {
    case 0: {
      name("random bytes");
      // A first byte of 0 would pass for a beacon contribution's.
      return [world.mustFail(Uint8Array.of(0x0a, ...luck.bytes(luck.between(1, 120))))];
    }
    case 1: {
      name("a cut end");
      const tx = world.sign(from, [message]);
      return [world.mustFail(tx.slice(0, luck.between(1, tx.length - 1)))];
    }
    case 2: {
      name("a flipped bit");
      const tx = Uint8Array.from(world.sign(from, [message]));
      const at = luck.below(tx.length);
      tx[at] = (tx[at] ?? 0) ^ (1 << luck.below(8));
      return [world.mustFail(tx)];
    }
    case 3: {
      name("a high S");
      return [world.mustFail(withHighS(world.sign(from, [message])))];
    }
    case 4: {
      name("an unknown field");
      const tx = world.sign(from, [message], { edit: ({ body }) => withUnknownField(body) });
      return [world.mustFail(tx)];
    }
    case 5: {
      name("a foreign chain id");
      return [world.mustFail(world.sign(from, [message], { chainId: "another-chain" }))];
    }
    case 6: {
      name("a sequence of the future");
      return [world.mustFail(world.sign(from, [message], { sequence: 1_000_000n }))];
    }
    case 7: {
      name("a timeout that is over");
      const timeoutHeight = world.net.height;
      return [world.mustFail(world.sign(from, [message], { timeoutHeight }))];
    }
    default: {
      const [old] = world.old;
      if (old === undefined || world.net.mempool.includes(old)) return [];
      name("a used sequence");
      return [old];
    }
  }
}

/** s and n - s sign the same: only the lower one counts, else a transaction had two hashes. */
function withHighS(bytes: Uint8Array): Uint8Array {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const raw = TxRaw.decode(bytes);
  const signatures = raw.signatures.map((signature) => {
    const hex = Buffer.from(signature).toString("hex");
    const high = (order - BigInt(`0x${hex.slice(64)}`)).toString(16).padStart(64, "0");
    return Uint8Array.from(Buffer.from(hex.slice(0, 64) + high, "hex"));
  });
  return TxRaw.encode({ ...raw, signatures }).finish();
}

/** A field that the message does not have, behind the others: signed, so only the decoder can refuse it. */
function withUnknownField(body: TxBody): void {
  const [first] = body.messages;
  if (first !== undefined) first.value = Uint8Array.of(...first.value, 0xf8, 0x07, 0x01);
}
