/**
 * Whether the bytes are UTF-8 by the Unicode standard: no overlong form, no surrogate, nothing above U+10FFFF. By
 * hand, because the fatal decoder throws and a scan answers (THREATS D11); a BOM is text.
 */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const first = bytes[at] ?? 0;
    if (first < 0x80) continue;
    const more = following(first);
    if (more === 0 || at + more >= end) return false;
    const second = bytes[at + 1] ?? 0;
    if (!secondFits(first, second)) return false;
    for (let i = 2; i <= more; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return false;
    at += more;
  }
  return true;
}

/** Continuation bytes after this first byte; 0 when none begins with it. */
function following(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 1;
  if (first >= 0xe0 && first <= 0xef) return 2;
  return first >= 0xf0 && first <= 0xf4 ? 3 : 0;
}

function secondFits(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0 && second <= 0xbf;
  if (first === 0xed) return second >= 0x80 && second <= 0x9f;
  if (first === 0xf0) return second >= 0x90 && second <= 0xbf;
  if (first === 0xf4) return second >= 0x80 && second <= 0x8f;
  return second >= 0x80 && second <= 0xbf;
}
