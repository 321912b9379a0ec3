/** The name rule of PROTOCOL 2: ^[a-z][a-z0-9-]{2,31}$, no trailing and no doubled hyphen, by a byte loop. */
export function isName(text: string): boolean {
  if (text.length < 3 || text.length > 32) return false;
  let previous = hyphen;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const letter = code >= 97 && code <= 122;
    if (i === 0 && !letter) return false;
    if (code === hyphen && previous === hyphen) return false;
    if (!letter && !isDigit(code) && code !== hyphen) return false;
    previous = code;
  }
  return previous !== hyphen;
}

const hyphen = 45;

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Printable ASCII without space, so that no text on chain can look like another one or break a line. */
export function isPlainText(text: string, maxLength: number): boolean {
  if (text.length > maxLength) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 33 || code > 126) return false;
  }
  return true;
}
