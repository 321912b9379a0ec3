import fs from "node:fs";
import { utf8Encode } from "../../core/bytes.ts";
import { userError, type TaskInput, type TaskRunOptions } from "../../client/index.ts";
import { decodeMessage } from "../generic.ts";
import { Task } from "../../proto/gen/assay/tasks/v1/tasks.ts";
import type { CliContext } from "../context.ts";
import { exitCodes } from "../exit.ts";
import type { Register } from "../register.ts";
import { parseCoinAmount } from "../print.ts";
import {
  assignedLines,
  committedLine,
  findSelection,
  finishedLines,
  lifeLines,
  paidLines,
  statusWords,
} from "../taskLife.ts";
import { localKey } from "../localKey.ts";
import { show } from "./query.ts";

type RunFlags = {
  from?: string;
  validators: string;
  maxFee?: string;
  timeout: string;
  detach?: boolean;
};

export const register: Register = (program, context) => {
  const task = program.command("task").description("request tasks and see what became of them");
  task
    .command("run <service> <task> [input]")
    .description(
      "request a task and wait for its checked result; input is JSON, @FILE, or - for stdin",
    )
    .option("--from <name>", "key that asks and pays (on a local network: its account 0)")
    .option("--validators <n>", "nodes that check the result", "2")
    .option("--max-fee <coin>", "the most to pay (default: what the chain quotes)")
    .option("--timeout <seconds>", "how long to wait", "600")
    .option("--detach", "return when the request is in a block")
    .action((service: string, key: string, input: string | undefined, flags: RunFlags) =>
      run(context(), service, key, input, flags),
    );
  task
    .command("show <id>")
    .description("one task")
    .action(async (id: string) => {
      const cli = context();
      const client = await cli.connect();
      const { task: found, digest } = await client.tasks.task({ taskId: BigInt(id) });
      if (found === undefined)
        return cli.out(
          `task ${id} was pruned; digest ${Buffer.from(digest?.digest ?? []).toString("hex")}`,
        );
      if (cli.options.output === "json")
        return show(cli, decodeMessage("assay.tasks.v1.Task", Task.encode(found).finish()));
      cli.out(
        `task ${id}   ${found.service}@${found.version} ${found.taskKey}   ${statusWords[found.status]}   requested ${found.requestedHeight}`,
      );
      for (const line of await lifeLines(client, found)) cli.out(line);
    });
};

/** JSON where it is JSON, else the text itself. */
function readInput(argument: string | undefined): TaskInput {
  if (argument === undefined) return {};
  const text =
    argument === "-"
      ? fs.readFileSync(0, "utf8")
      : argument.startsWith("@")
        ? fs.readFileSync(argument.slice(1), "utf8")
        : argument;
  // The very bytes that were typed: a service that compares bytes must see no other spelling of them.
  return utf8Encode(text);
}

function runOptions(flags: RunFlags): TaskRunOptions {
  const maxFee = flags.maxFee === undefined ? undefined : parseCoinAmount(flags.maxFee);
  if (flags.maxFee !== undefined && maxFee === undefined) {
    throw userError("E4011", {
      field: "--max-fee",
      expected: "a coin like 1ASSAY or 5000uassay",
      actual: flags.maxFee,
    });
  }
  if (!/^\d{1,4}$/.test(flags.validators)) {
    throw userError("E4011", {
      field: "--validators",
      expected: "a number",
      actual: flags.validators,
    });
  }
  return {
    validators: Number(flags.validators),
    timeoutMs: Number(flags.timeout) * 1000,
    ...(maxFee === undefined ? {} : { maxFee }),
  };
}

async function run(
  cli: CliContext,
  service: string,
  key: string,
  input: string | undefined,
  flags: RunFlags,
): Promise<void> {
  const client = flags.from === undefined ? await localKey(cli) : await cli.connect(flags.from);
  const abort = new AbortController();
  const task = client.run(service, key, readInput(input), {
    ...runOptions(flags),
    signal: abort.signal,
  });
  const started = Date.now();
  task.on("requested", ({ taskId, hash, height, fee, escrow }) => {
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    cli.err(
      `==> tx ${hash.slice(0, 4)}…  included  height ${height}  ${seconds} s  fee ${fee}uassay  escrow ${escrow}uassay  task ${taskId}`,
    );
    if (flags.detach === true) abort.abort();
  });
  task.on("assigned", (assigned) => {
    void findSelection(client, assigned.id).then((selection) =>
      assignedLines(assigned, selection).forEach((line) => cli.err(line)),
    );
  });
  task.on("committed", (committed) => cli.err(committedLine(committed)));
  task.on("valid", (valid) =>
    [...finishedLines(valid), ...paidLines(valid)].forEach((line) => cli.err(line)),
  );
  try {
    const { output, taskId, cost } = await task;
    if (cli.options.output === "json") {
      cli.out(
        JSON.stringify({
          task_id: String(taskId),
          output: Buffer.from(output).toString("utf8"),
          cost: `${cost}uassay`,
        }),
      );
    } else cli.out(Buffer.from(output).toString("utf8"));
  } catch (error) {
    if (flags.detach === true && abort.signal.aborted) return;
    throw error;
  }
  process.exitCode = exitCodes.done;
}
