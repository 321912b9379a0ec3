import { concatBytes } from "../../../core/bytes.ts";
import { MsgSend, TxRaw } from "../../../proto/cosmos.ts";
import * as feegrants from "../../support/feegrants.ts";
import type { World } from "../world.ts";

const startGroup = [0xc3, 0x3e];
const endGroup = [0xc4, 0x3e];

/** A field of bytes: its tag, its length, and what is inside of it. */
type Field = readonly [number: number, before?: Uint8Array];

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

const repeated = (bytes: readonly number[], count: number): Uint8Array =>
  Uint8Array.from({ length: bytes.length * count }, (_, i) => bytes[i % bytes.length] ?? 0);

/** The fields of one level hold each other, the first one outermost, and the last one holds the next level. */
function nested(
  levels: number,
  fields: readonly Field[],
  inmost: Uint8Array = new Uint8Array(),
): Uint8Array {
  const heads: Uint8Array[] = [];
  let length = inmost.length;
  for (let i = 0; i < levels; i++) {
    for (const [number, before = new Uint8Array()] of fields.toReversed()) {
      const head = Uint8Array.of(...before, ...varint(number * 8 + 2), ...varint(length));
      heads.push(head);
      length += head.length;
    }
  }
  return concatBytes(...heads.toReversed(), inmost);
}

/** Field 1 of an Any, which stands in front of its value. */
function typeUrl(name: string): Uint8Array {
  const text = Buffer.from(name);
  return Uint8Array.of(0x0a, ...varint(text.length), ...text);
}

/** Of messages inside messages: a decoder that recurses ends where this machine's stack does (THREATS D1). */
export function deepOf(world: World): Uint8Array {
  const { luck } = world;
  const [from, to] = [luck.pick(world.cast.users), world.cast.poor];
  const levels = luck.pick([11, 400, 3_000]);
  const name = (what: string): void => world.tallies.add(`fault: deep ${what}`);
  const tx = world.sign(from, [feegrants.sendMsg(from, to, "1")]);
  const raw = TxRaw.decode(tx);
  const withInfo = (info: Uint8Array): Uint8Array =>
    TxRaw.encode({
      ...raw,
      authInfoBytes: concatBytes(nested(1, [[1]], info), raw.authInfoBytes),
    }).finish();
  switch (luck.below(5)) {
    case 0: {
      name("groups in a message");
      const ends = luck.hits(500) ? endGroup : [];
      const inside = MsgSend.encode(MsgSend.fromPartial({ fromAddress: from.address })).finish();
      const value = concatBytes(inside, repeated(startGroup, levels), repeated(ends, levels));
      return world.sign(from, [{ typeUrl: feegrants.sendType, value }]);
    }
    case 1: {
      name("groups in a transaction");
      return concatBytes(tx, repeated(startGroup, levels));
    }
    case 2: {
      name("allowances");
      const type = typeUrl("/cosmos.feegrant.v1beta1.AllowedMsgAllowance");
      const value = nested(levels, [[1], [2, type]]);
      const grant = feegrants.grantTo(from, to);
      return world.sign(from, [
        { ...grant, value: concatBytes(grant.value, nested(1, [[3]], value)) },
      ]);
    }
    case 3:
      name("ways to sign");
      return withInfo(nested(levels, [[2], [2]]));
    default: {
      name("keys of keys");
      const type = typeUrl("/cosmos.crypto.multisig.LegacyAminoPubKey");
      return withInfo(nested(1, [[1]], nested(levels, [[2, type], [2]], type)));
    }
  }
}
