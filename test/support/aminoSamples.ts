import assert from "node:assert/strict";
import {
  create,
  getOption,
  ScalarType,
  toBinary,
  type DescField,
  type DescMessage,
} from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { compareAscii } from "../../core/bytes.ts";
import { AuthInfo, TxBody, TxRaw, type Any } from "../../proto/cosmos.ts";
import { testRegistry } from "./driverReplica.ts";

export type Random = (below: number) => number;

/** What JSON writers trip over, without the two characters that are refused. */
const texts: readonly string[] = [
  ...[
    "",
    "echo-demo",
    "assay1pkptre7fdkl6gfrzlesjjvhxhlc3r4gm8j467g",
    "a<b>&c",
    '"\\/',
    "</script>",
  ],
  ...["\t\n\r", "\u0000\u0001\u001f\u007f", "é", "\u{1f600}", "\ufeff", "\u2027\u202a", "\uffff"],
  ...["__proto__", "constructor", "{}", "null", "x".repeat(300)],
];
const numbers: readonly bigint[] = [0n, 1n, 7n, 127n, 128n, 2n ** 31n - 1n, 2n ** 32n - 1n];
const wide: readonly bigint[] = [...numbers, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n];
const amounts: readonly string[] = ["0", "1", "1000000", "9".repeat(38), String(2n ** 128n - 1n)];
const decimals: readonly string[] = [
  "0",
  "1",
  "500000000000000000",
  "1000000000000000000",
  "9".repeat(38),
];
const allowances = ["BasicAllowance", "PeriodicAllowance", "AllowedMsgAllowance"];
const sizes = [0, 1, 2, 3, 20, 32, 33, 64];

const pick = <T>(random: Random, list: readonly T[]): T =>
  list[random(list.length)] ?? assert.fail("expected a list with something in it");

function descriptor(name: string): DescMessage {
  return testRegistry().descriptors.getMessage(name) ?? assert.fail(`${name}: not known`);
}

/** Type URLs of every message that the chain accepts. */
export function routedTypes(): string[] {
  return [...testRegistry().msgs.keys()].sort(compareAscii);
}

/** A canonical message of that type with any values, written by the descriptors and their own library. */
export function sampleMessage(random: Random, typeUrl: string): Any {
  const type = descriptor(typeUrl.slice(1));
  return { typeUrl, value: toBinary(type, filled(random, type, 0).message) };
}

function filled(random: Random, type: DescMessage, depth: number): ReflectMessage {
  const message = reflect(type, create(type));
  if (type.typeName === "google.protobuf.Any") fillAny(random, message, depth);
  else if (type.typeName === "google.protobuf.Timestamp") fillTime(random, message, true);
  else if (type.typeName === "google.protobuf.Duration") fillTime(random, message, false);
  else for (const field of type.fields) fill(random, message, field, depth);
  return message;
}

function fill(random: Random, message: ReflectMessage, field: DescField, depth: number): void {
  const always = optionOf(field, "amino.dont_omitempty") === true;
  if (field.fieldKind === "list") {
    // An empty list that is always there is [] to CosmJS and null to the SDK, but for coins.
    const least = always && optionOf(field, "amino.encoding") === "" ? 1 : 0;
    const list = message.get(field);
    for (let i = least + random(3 - least); i > 0; i--) {
      const { message: type } = field;
      list.add(type === undefined ? scalar(random, field) : filled(random, type, depth + 1));
    }
    return;
  }
  if (field.fieldKind === "message") {
    if (always || random(3) > 0) message.set(field, filled(random, field.message, depth + 1));
    return;
  }
  if (always || random(4) > 0) message.set(field, scalar(random, field));
}

function optionOf(field: DescField, name: string): unknown {
  const extension = testRegistry().descriptors.getExtension(name) ?? assert.fail(name);
  return getOption(field, extension);
}

function scalar(random: Random, field: DescField): unknown {
  if (field.enum !== undefined) return random(5) === 0 ? 77 : random(field.enum.values.length);
  const kind = optionOf(field, "cosmos_proto.scalar");
  if (kind === "cosmos.Int") return pick(random, amounts);
  if (kind === "cosmos.Dec") return pick(random, decimals);
  switch (field.scalar) {
    case ScalarType.STRING:
      return pick(random, texts);
    case ScalarType.BYTES:
      return Uint8Array.from({ length: pick(random, sizes) }, () => random(256));
    case ScalarType.BOOL:
      return random(2) === 1;
    case ScalarType.UINT32:
      return Number(pick(random, numbers));
    case ScalarType.UINT64:
      return random(8) === 0 ? 2n ** 64n - 1n : pick(random, wide);
    default:
      return assert.fail(`${field.toString()}: expected a type that samples know`);
  }
}

function fillTime(random: Random, message: ReflectMessage, anyDay: boolean): void {
  const seconds = anyDay
    ? BigInt(random(4_000_000_000)) * 63n - 62_000_000_000n
    : BigInt(random(2 ** 31));
  const nanos = pick(random, [0, 1, 500_000_000, 120, 999_999_999]);
  for (const field of message.fields) {
    message.set(field, field.name === "seconds" ? pick(random, [0n, seconds]) : nanos);
  }
}

function fillAny(random: Random, message: ReflectMessage, depth: number): void {
  // Not deeper: the chain takes ten levels at most.
  const name = pick(random, depth > 2 ? allowances.slice(0, 1) : allowances);
  const type = descriptor(`cosmos.feegrant.v1beta1.${name}`);
  for (const field of message.fields) {
    if (field.name === "type_url") message.set(field, `/${type.typeName}`);
    else message.set(field, toBinary(type, filled(random, type, depth + 1).message));
  }
}

/** A transaction to sign, of any messages, memo and fee; nobody signed it. */
export function sampleTx(random: Random, messages: readonly Any[], sequence: bigint): Uint8Array {
  const body = TxBody.fromPartial({
    messages: [...messages],
    memo: pick(random, texts),
    timeoutHeight: pick(random, wide),
  });
  const authInfo = AuthInfo.fromPartial({
    signerInfos: [{ modeInfo: { single: { mode: 127 } }, sequence }],
    fee: {
      amount: [
        { denom: "uassay", amount: pick(random, amounts) },
        { denom: "ucosm", amount: "1" },
      ].slice(0, random(3)),
      gasLimit: pick(random, wide),
      payer: pick(random, ["", "assay1payer"]),
      granter: pick(random, ["", "assay1granter"]),
    },
  });
  return TxRaw.encode({
    bodyBytes: TxBody.encode(body).finish(),
    authInfoBytes: AuthInfo.encode(authInfo).finish(),
    signatures: [],
  }).finish();
}
