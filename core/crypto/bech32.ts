import type { Address } from "../brand.ts";

const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/** The process's one account prefix: configuration read at start, before any address is made (PROTOCOL 13). */
export const bech32Config = { prefix: "assay" };

function polymodStep(checksum: number, value: number): number {
  const top = checksum >>> 25;
  let next = ((checksum & 0x1ffffff) << 5) ^ value;
  // The generator of BIP-173, unrolled: every address in every key passes here.
  if ((top & 1) !== 0) next ^= 0x3b6a57b2;
  if ((top & 2) !== 0) next ^= 0x26508e6d;
  if ((top & 4) !== 0) next ^= 0x1ea119fa;
  if ((top & 8) !== 0) next ^= 0x3d4233dd;
  if ((top & 16) !== 0) next ^= 0x2a1462b3;
  return next;
}

function prefixChecksum(prefix: string): number {
  let checksum = 1;
  for (let i = 0; i < prefix.length; i++)
    checksum = polymodStep(checksum, prefix.charCodeAt(i) >> 5);
  checksum = polymodStep(checksum, 0);
  for (let i = 0; i < prefix.length; i++)
    checksum = polymodStep(checksum, prefix.charCodeAt(i) & 31);
  return checksum;
}

export function bech32Encode(prefix: string, bytes: Uint8Array): string {
  let checksum = prefixChecksum(prefix);
  let text = `${prefix}1`;
  const put = (word: number): void => {
    checksum = polymodStep(checksum, word);
    text += alphabet.charAt(word);
  };
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) put((held >> (bits - 5)) & 31);
  }
  if (bits > 0) put((held << (5 - bits)) & 31);
  for (let i = 0; i < 6; i++) checksum = polymodStep(checksum, 0);
  checksum ^= 1;
  for (let i = 0; i < 6; i++) text += alphabet.charAt((checksum >>> (5 * (5 - i))) & 31);
  return text;
}

/** undefined unless the text is bech32 (not m), lower case, at most 90 characters, with zero padding. */
export function bech32Decode(text: string): { prefix: string; bytes: Uint8Array } | undefined {
  const split = text.lastIndexOf("1");
  if (split < 1 || text.length > 90 || text.length - split < 7) return undefined;
  const prefix = text.slice(0, split);
  for (let i = 0; i < split; i++) {
    const code = prefix.charCodeAt(i);
    if (code < 33 || code > 126 || (code >= 65 && code <= 90)) return undefined;
  }
  let checksum = prefixChecksum(prefix);
  const words = text.length - split - 7;
  const bytes = new Uint8Array((words * 5) >> 3);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < words + 6; i++) {
    const word = alphabet.indexOf(text.charAt(split + 1 + i));
    if (word < 0) return undefined;
    checksum = polymodStep(checksum, word);
    if (i >= words) continue;
    held = ((held << 5) | word) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 255;
    }
  }
  if (checksum !== 1 || bits >= 5 || (held & ((1 << bits) - 1)) !== 0) return undefined;
  return { prefix, bytes };
}

export function addressFromBytes(bytes: Uint8Array): Address {
  return bech32Encode(bech32Config.prefix, bytes) as Address;
}

/** The 20 or 32 bytes of an address in the configured prefix; undefined for anything else. */
export function addressBytes(text: string): Uint8Array | undefined {
  const decoded = bech32Decode(text);
  if (decoded === undefined || decoded.prefix !== bech32Config.prefix) return undefined;
  return decoded.bytes.length === 20 || decoded.bytes.length === 32 ? decoded.bytes : undefined;
}
