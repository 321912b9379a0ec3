import type { Command } from "commander";
import type { DescMethod, JsonValue } from "@bufbuild/protobuf";
import { abciQuery, findTx } from "../../client/index.ts";
import { decodeJson } from "../../proto/descriptors.ts";
import type { CliContext } from "../context.ts";
import {
  argumentFields,
  encodeMessage,
  kebab,
  messageJson,
  packages,
  queryMethods,
} from "../generic.ts";
import type { Register } from "../register.ts";
import { printYaml } from "../print.ts";

type Flags = {
  height?: string;
  limit?: string;
  offset?: string;
  pageKey?: string;
  countTotal?: boolean;
  reverse?: boolean;
};

export const register: Register = (program, context) => {
  const query = program.command("query").alias("q").description("read the chain's state");
  for (const module of Object.keys(packages)) {
    const group = query.command(module).description(`queries of module ${module}`);
    for (const method of queryMethods(module)) addMethod(group, method, context);
  }
  query
    .command("tx <hash>")
    .description("a transaction by its hash")
    .action(async (hash: string) => show(context(), await readTx(context(), hash)));
  query
    .command("wait-tx <hash>")
    .description("waits until a transaction is in a block")
    .action(async (hash: string) => {
      const client = await context().connect();
      for (;;) {
        const found = await findTx(client.rpc, hash);
        if (found !== undefined) return show(context(), await readTx(context(), hash));
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    });
};

function addMethod(group: Command, method: DescMethod, context: () => CliContext): void {
  const fields = argumentFields(method.input, ["pagination"]);
  const paged = method.input.fields.some((field) => field.name === "pagination");
  const usage = fields.map((field) => `[${field.name}]`).join(" ");
  const command = group
    .command(`${kebab(method.name)} ${usage}`.trim())
    .description(`${method.parent.typeName}/${method.name}`);
  command.option("--height <n>", "state after this height (default: the last)");
  if (paged) {
    command
      .option("--limit <n>", "entries on a page")
      .option("--offset <n>", "entries to skip")
      .option("--page-key <key>", "base64 next_key of the page before")
      .option("--count-total", "count all entries")
      .option("--reverse", "from the end");
  }
  command.action(async (...given: unknown[]) => {
    const flags = given[fields.length] as Flags;
    const pagination: Record<string, JsonValue> = paged ? { pagination: pageJson(flags) } : {};
    const json = messageJson(
      fields,
      given.slice(0, fields.length) as (string | undefined)[],
      pagination,
    );
    const cli = context();
    const client = await cli.connect();
    const options = flags.height === undefined ? {} : { height: BigInt(flags.height) };
    const path = `/${method.parent.typeName}/${method.name}`;
    const { value } = await abciQuery(client.rpc, path, encodeMessage(method.input, json), options);
    show(cli, decodeJson(method.output, value));
  });
}

function pageJson(flags: Flags): Record<string, JsonValue> {
  return {
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
    ...(flags.offset === undefined ? {} : { offset: flags.offset }),
    ...(flags.pageKey === undefined ? {} : { key: flags.pageKey }),
    countTotal: flags.countTotal ?? false,
    reverse: flags.reverse ?? false,
  };
}

async function readTx(cli: CliContext, hash: string): Promise<JsonValue> {
  const client = await cli.connect();
  return client.rpc.call<JsonValue>("tx", { hash: Buffer.from(hash, "hex").toString("base64") });
}

/** One JSON value, or its fields a line each. */
export function show(cli: CliContext, value: JsonValue): void {
  cli.out(cli.options.output === "json" ? JSON.stringify(value) : printYaml(value));
}
