import {
  fromBinary,
  toBinary,
  type DescField,
  type DescMessage,
  type FileRegistry,
  type Message,
} from "@bufbuild/protobuf";

/**
 * Gives every Any, inner ones too, the SDK's form of a type URL ("/cosmos.auth.v1beta1.BaseAccount"): the JSON reader
 * writes "type.googleapis.com/..".
 */
export function useShortTypeUrls(
  descriptors: FileRegistry,
  type: DescMessage,
  message: Message,
): void {
  if (type.typeName === "google.protobuf.Any") {
    shorten(descriptors, message as Message & { typeUrl: string; value: Uint8Array });
    return;
  }
  const values = message as unknown as Record<string, unknown>;
  for (const field of type.fields) {
    if (field.message === undefined || field.fieldKind === "map") continue;
    for (const inner of messagesIn(values, field))
      useShortTypeUrls(descriptors, field.message, inner);
  }
}

function messagesIn(values: Record<string, unknown>, field: DescField): Message[] {
  const holder = field.oneof === undefined ? undefined : values[field.oneof.localName];
  if (holder !== undefined) {
    const { case: set, value } = holder as { case: string | undefined; value: unknown };
    return set === field.localName ? [value as Message] : [];
  }
  const value = values[field.localName];
  if (value === undefined) return [];
  return field.fieldKind === "list" ? (value as Message[]) : [value as Message];
}

function shorten(descriptors: FileRegistry, any: { typeUrl: string; value: Uint8Array }): void {
  const name = any.typeUrl.slice(any.typeUrl.lastIndexOf("/") + 1);
  const type = descriptors.getMessage(name);
  any.typeUrl = `/${name}`;
  if (type === undefined) return;
  const inner = fromBinary(type, any.value);
  useShortTypeUrls(descriptors, type, inner);
  any.value = toBinary(type, inner);
}
