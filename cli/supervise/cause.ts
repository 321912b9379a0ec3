import { readAppLine } from "./appLine.ts";
import { looksFatal } from "./lines.ts";

/** Collects what the two said in one run, and picks the line that tells why it ended. */
export class Cause {
  #appFatal = "";
  #appError = "";
  #comet = "";

  app(line: string): void {
    const known = readAppLine(line);
    if (looksFatal(line)) this.#appFatal = line;
    if (known.kind !== "error") return;
    if (known.fatal) this.#appFatal = known.text;
    else this.#appError = known.text;
  }

  comet(line: string): void {
    // The stack behind it would hide what there is to read.
    if (looksFatal(line)) [this.#comet = line] = line.split(/[ ,]"?stack"?[=:]/, 1);
  }

  /**
   * An app that dies takes Comet with it, and Comet may be gone first: the app's fatal error goes
   * before Comet's. An error that the app lived on with does not.
   */
  of(first: "app" | "comet"): string {
    const order =
      first === "app"
        ? [this.#appFatal, this.#appError, this.#comet]
        : [this.#appFatal, this.#comet, this.#appError];
    return order.find((text) => text !== "") ?? "";
  }
}
