import { canonicalJson } from "../../app/genesis/canonical.ts";
import { canonicalJson as aminoJson } from "../../core/amino/json.ts";
import { compareBytes, fromHex, utf8Decode, utf8Encode } from "../../core/bytes.ts";
import { addressBytes, bech32Decode, bech32Encode } from "../../core/crypto/bech32.ts";
import { formatDec, parseDec } from "../../core/math/dec.ts";
import { parseDecimal } from "../../core/math/integers.ts";
import { isName, isPlainText } from "../../modules/registry/names.ts";
import { compareVersions, isVersion } from "../../modules/registry/versions.ts";

/** What locales, tables of Unicode and engines may see differently (THREATS D7): case, width, order, composition. */
const texts: readonly string[] = [
  ...["istanbul", "ISTANBUL", "\u0130stanbul", "\u0131stanbul", "stra\u00dfe", "STRASSE"],
  ...["caf\u00e9", "cafe\u0301", "\ufb01nal", "\u00c5ngstr\u00f6m", "\u212bngstr\u00f6m"],
  ...["\uff11\uff12", "\u0661\u0662", "12", "1,5", "1.5", "1.0.0-rc.1", "1.0.0-RC.1"],
  ...["\u{10000}", "\uffff", "\ud800", "a\u200db", "\ufeffa", "\u{1f468}\u200d\u{1f469}"],
  "__proto__",
];

/** A line for each text: what every reader and writer of texts makes of it. */
export function probes(): string[] {
  const bytes = texts.map(utf8Encode);
  const order = bytes.map((_, i) => i).toSorted((a, b) => compareBytes(at(bytes, a), at(bytes, b)));
  return texts.map((text, i) => {
    const encoded = at(bytes, i);
    const facts = {
      bytes: Buffer.from(encoded).toString("hex"),
      again: utf8Decode(encoded) === text,
      rank: order.indexOf(i),
      name: isName(text),
      plain: isPlainText(text, 64),
      number: String(parseDecimal(text)),
      dec: decOf(text),
      version: versionOf(text),
      hex: fromHex(text)?.length ?? -1,
      address: [bech32Decode(text) !== undefined, addressBytes(text) !== undefined].join(),
      bech32: bech32Encode("assay", encoded.subarray(0, 20)),
      genesis: canonicalJson({ [text]: text, a: [text], Z: null }),
      amino: aminoJson({ value: text }),
    };
    return `probe ${i}: ${JSON.stringify(facts)}`;
  });
}

function decOf(text: string): string {
  const value = parseDec(text);
  return value === undefined ? "none" : formatDec(value);
}

function versionOf(text: string): string {
  return isVersion(text) ? String(compareVersions(text, "1.0.0-b")) : "none";
}

function at(list: readonly Uint8Array[], index: number): Uint8Array {
  return list[index] ?? new Uint8Array();
}
