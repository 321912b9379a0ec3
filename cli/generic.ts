import type { DescField, DescMessage, DescMethod, JsonValue } from "@bufbuild/protobuf";
import { decodeJson, encodeJson, findMessage, findService } from "../proto/descriptors.ts";
import { userError } from "../client/index.ts";

/** The modules that `assay query` and `assay tx` serve, by name and proto package. */
export const packages: Readonly<Record<string, string>> = {
  auth: "cosmos.auth.v1beta1",
  bank: "cosmos.bank.v1beta1",
  feegrant: "cosmos.feegrant.v1beta1",
  clock: "assay.clock.v1",
  beacon: "assay.beacon.v1",
  registry: "assay.registry.v1",
  staking: "assay.staking.v1",
  reputation: "assay.reputation.v1",
  tasks: "assay.tasks.v1",
};

/** "PublishRelease" -> "publish-release" */
export function kebab(name: string): string {
  return name.replace(
    /[A-Z]/g,
    (letter, at: number) => `${at === 0 ? "" : "-"}${letter.toLowerCase()}`,
  );
}

export function queryMethods(module: string): readonly DescMethod[] {
  return findService(`${packages[module]}.Query`)?.methods ?? [];
}

export function msgMethods(module: string): readonly DescMethod[] {
  return findService(`${packages[module]}.Msg`)?.methods ?? [];
}

/** The field that `option (cosmos.msg.v1.signer)` names: by our rule the first one. */
export function signerField(message: DescMessage): DescField | undefined {
  return message.fields[0];
}

/** Fields that are given on the command line, in the order of the proto file. */
export function argumentFields(
  message: DescMessage,
  without: readonly string[],
): readonly DescField[] {
  return message.fields.filter((field) => !without.includes(field.name));
}

/**
 * The value of one argument as proto JSON. Text stays text; bytes are given as hex; enums by number, full name or
 * their last word (executor); lists with commas; messages as JSON.
 */
export function argumentJson(field: DescField, text: string): JsonValue {
  if (field.fieldKind === "message" || (field.fieldKind === "list" && field.listKind === "message"))
    return parseArgument(field, text);
  if (field.fieldKind === "list")
    return text === "" ? [] : text.split(",").map((one) => scalarJson(field, one));
  return scalarJson(field, text);
}

function scalarJson(field: DescField, text: string): JsonValue {
  if (field.enum !== undefined) {
    const wanted = text.toUpperCase();
    const found = field.enum.values.find(
      ({ name, number }) =>
        name === wanted || name.endsWith(`_${wanted}`) || String(number) === text,
    );
    if (found !== undefined) return found.name;
    const names = field.enum.values.map(({ name }) => name).join(", ");
    throw userError("E4011", { field: field.name, expected: names, actual: text });
  }
  switch (field.scalar) {
    case 8:
      return text === "true";
    case 12:
      if (!/^([0-9a-fA-F]{2})*$/.test(text))
        throw userError("E4011", { field: field.name, expected: "hex digits", actual: text });
      return Buffer.from(text, "hex").toString("base64");
    default:
      return text;
  }
}

function parseArgument(field: DescField, text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw userError("E4011", { field: field.name, expected: "JSON", actual: text });
  }
}

/** A message from arguments; `given` wins over them. */
export function messageJson(
  fields: readonly DescField[],
  values: readonly (string | undefined)[],
  given: Record<string, JsonValue>,
): Record<string, JsonValue> {
  const json: Record<string, JsonValue> = {};
  for (const [i, field] of fields.entries()) {
    const value = values[i];
    if (value !== undefined) json[field.name] = argumentJson(field, value);
  }
  return { ...json, ...given };
}

/** Encodes, and turns the library's complaint into one that names the field. */
export function encodeMessage(message: DescMessage, json: Record<string, JsonValue>): Uint8Array {
  try {
    return encodeJson(message, json);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw userError("E4011", {
      field: message.typeName,
      expected: "values of its fields' types",
      actual: why,
    });
  }
}

export function decodeMessage(typeName: string, bytes: Uint8Array): JsonValue {
  const message = findMessage(typeName);
  return message === undefined ? Buffer.from(bytes).toString("base64") : decodeJson(message, bytes);
}
