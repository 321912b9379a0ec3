/** Protobuf's field types, as far as they differ on the wire. */
export type FieldKind =
  "uint32" | "int32" | "uint64" | "bool" | "fixed32" | "fixed64" | "bytes" | "string" | "message";

/** One field of a message as plain data; app makes it from the descriptors (core does no I/O). */
export type FieldShape = {
  /** sint32 is "uint32", enum is "int32", every 64-bit varint is "uint64": equal widths, equal rules. */
  readonly kind: FieldKind;
  readonly repeated: boolean;
  readonly packed: boolean;
  /** `optional` or member of a oneof: a default value that is written out is canonical there. */
  readonly presence: boolean;
  /** Index of the oneof from 1; 0 for none. */
  readonly oneof: number;
  /** Full name of the message type, "" for scalars. */
  readonly message: string;
};

export type MessageShape = ReadonlyMap<number, FieldShape>;

/** Shapes by full name ("cosmos.tx.v1beta1.TxBody"). */
export type WireSchema = ReadonlyMap<string, MessageShape>;

export const anyName = "google.protobuf.Any";
