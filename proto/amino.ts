// The shapes that proto/gen/amino.ts is made of; the table itself comes from the descriptors (proto/aminoTable.mjs).

/** How a field stands in amino JSON; `int` is text that holds a number. */
export type AminoKind =
  ("string" | "int" | "bytes" | "bool") | ("int32" | "uint32" | "int64" | "uint64") | "message";

export type AminoField = {
  readonly number: number;
  /** Its name in the document. */
  readonly key: string;
  readonly kind: AminoKind;
  readonly repeated: boolean;
  /** Stands in the document even when it is empty. */
  readonly always: boolean;
  /** Full name of the message type, "" for scalars. */
  readonly message: string;
};

/** A message: its amino name, "" where it has none, and its fields in the order of their keys. */
export type AminoShape = { readonly name: string; readonly fields: readonly AminoField[] };

/** Shapes by full name ("cosmos.bank.v1beta1.MsgSend"). */
export type AminoTable = ReadonlyMap<string, AminoShape>;
