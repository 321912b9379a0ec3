/**
 * A refusal that is part of the protocol: it rolls its message back and its (codespace, code) stands in the
 * result. The text is a log for people and never hashed (WIRE.md 4).
 */
export class TxError extends Error {
  // A field, as below: an assignment throws where Error.prototype is frozen, and the refusal had another code there.
  override readonly name: string = "TxError";
  readonly codespace: string;
  readonly code: number;

  constructor(codespace: string, code: number, message: string) {
    super(message);
    this.codespace = codespace;
    this.code = code;
  }
}

/**
 * A broken promise of our own code. In a transaction it costs the transaction (code 1, an alarm); at block
 * level it ends the process (PROTOCOL 3).
 */
export class BugError extends Error {
  override readonly name: string = "BugError";
}

/** What may differ from machine to machine: never answered with a code, always the end of the process. */
export class FatalError extends Error {
  override readonly name: string = "FatalError";
}

/** True for stack overflow and failed allocation: their place depends on the machine (THREATS D1, D16). */
export function isMachineDependent(error: unknown): boolean {
  return error instanceof RangeError || error instanceof FatalError;
}

type Table = Readonly<Record<string, number>>;
type Errors<T extends Table> = { readonly [K in keyof T]: (message: string) => TxError } & {
  raise(name: keyof T, message: string): never;
  readonly codes: T;
};

// Filled while modules load, before any block; a duplicate stops the start.
const registered = new Map<string, Table>();

/** Codes are 2 and up, append only; 1 is internal. */
export function registerErrors<const T extends Table>(codespace: string, codes: T): Errors<T> {
  if (registered.has(codespace)) throw new BugError(`codespace ${codespace}: registered twice`);
  registered.set(codespace, codes);
  const seen = new Set<number>();
  const errors: Record<string, unknown> = { codes };
  for (const [name, code] of Object.entries(codes)) {
    if (code < 2 || seen.has(code))
      throw new BugError(`${codespace}/${code} (${name}): below 2 or twice`);
    seen.add(code);
    errors[name] = (message: string) => new TxError(codespace, code, message);
  }
  errors["raise"] = (name: string, message: string) => {
    throw new TxError(codespace, codes[name] ?? 1, message);
  };
  return errors as Errors<T>;
}

/** Every registered code, for the documentation and for tests. */
export function errorTables(): ReadonlyMap<string, Table> {
  return registered;
}

/** The Cosmos SDK's root codes; each text ends in the SDK's wording, because clients match it (WIRE.md 7). */
export const sdkErrors = registerErrors("sdk", {
  txDecode: 2,
  invalidSequence: 3,
  unauthorized: 4,
  insufficientFunds: 5,
  unknownRequest: 6,
  invalidAddress: 7,
  invalidPubKey: 8,
  unknownAddress: 9,
  invalidCoins: 10,
  outOfGas: 11,
  memoTooLarge: 12,
  insufficientFee: 13,
  tooManySignatures: 14,
  noSignatures: 15,
  invalidRequest: 18,
  mempoolIsFull: 20,
  txTooLarge: 21,
  keyNotFound: 22,
  invalidSigner: 24,
  invalidHeight: 26,
  invalidType: 29,
  txTimeoutHeight: 30,
  unknownExtensionOptions: 31,
  wrongSequence: 32,
  unpackAny: 34,
  logic: 35,
  notSupported: 37,
  notFound: 38,
  invalidGasLimit: 41,
});

/** A query's answer that nothing is there: clients match the words (WIRE.md 12). */
export function notFound(text: string): TxError {
  return sdkErrors.keyNotFound(`rpc error: code = NotFound desc = ${text}: key not found`);
}

/** A query's answer that the request makes no sense. */
export function invalidArgument(text: string): TxError {
  return sdkErrors.invalidRequest(
    `rpc error: code = InvalidArgument desc = ${text}: invalid request`,
  );
}
