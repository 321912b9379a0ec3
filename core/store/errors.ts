import { FatalError } from "../errors.ts";

/** The store was misused or is damaged: the end of the process, never a transaction's code (WIRE.md 18.2). */
export class StoreError extends FatalError {
  override readonly name: string = "StoreError";
}
