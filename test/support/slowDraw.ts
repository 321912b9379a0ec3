import { createHmac } from "node:crypto";

/** One candidate of a slow draw: the hex of its address bytes orders it. */
export type SlowCandidate = { readonly address: string; readonly weight: bigint };
export type SlowStep = {
  readonly kind: string;
  readonly table: readonly SlowCandidate[];
  readonly count: number;
  readonly atLeast: number;
};
export type SlowPick = { readonly kind: string; readonly address: string; readonly draw: bigint };

/**
 * The draw of PROTOCOL 7.2 as the text says it, with nothing of core: for each pick the taken candidates are filtered
 * out, the rest is sorted by address and scanned with a running sum.
 */
export function slowDraw(seed: Uint8Array, steps: readonly SlowStep[]): SlowPick[] | undefined {
  const picks: SlowPick[] = [];
  let i = 0n;
  for (const { kind, table, count, atLeast } of steps) {
    let filled = 0;
    while (filled < count) {
      const left = table
        .filter(({ address }) => picks.every((pick) => pick.address !== address))
        .sort((a, b) =>
          Buffer.compare(Buffer.from(a.address, "hex"), Buffer.from(b.address, "hex")),
        );
      const total = left.reduce((sum, { weight }) => sum + weight, 0n);
      if (total === 0n) break;
      const message = Buffer.alloc(8);
      message.writeBigUInt64BE(i);
      const r = BigInt(`0x${createHmac("sha256", seed).update(message).digest("hex")}`);
      const draw = i++;
      if (r >= (2n ** 256n / total) * total) continue;
      let rest = r % total;
      const taken = left.find(({ weight }) => {
        if (rest < weight) return true;
        rest -= weight;
        return false;
      });
      if (taken === undefined) throw new Error("slow draw: ran off the end");
      picks.push({ kind, address: taken.address, draw });
      filled++;
    }
    if (filled < atLeast) return undefined;
  }
  return picks;
}

/** Chi-square of counts against expected shares. */
export function chiSquare(counts: readonly number[], shares: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b, 0);
  const whole = shares.reduce((a, b) => a + b, 0);
  return counts.reduce((sum, count, i) => {
    const expected = (total * (shares[i] ?? 0)) / whole;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

/** The value that chi-square exceeds with probability 0.001, by Wilson and Hilferty. */
export function chiSquareLimit(degrees: number): number {
  const a = 2 / (9 * degrees);
  return degrees * (1 - a + 3.0902 * Math.sqrt(a)) ** 3;
}
