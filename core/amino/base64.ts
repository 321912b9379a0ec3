const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Standard base64 with padding; by hand because Buffer is not for the kernel. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const b = bytes[at + 1];
    const c = bytes[at + 2];
    const group = ((bytes[at] ?? 0) << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63);
    text += b === undefined ? "=" : alphabet.charAt((group >> 6) & 63);
    text += c === undefined ? "=" : alphabet.charAt(group & 63);
  }
  return text;
}
