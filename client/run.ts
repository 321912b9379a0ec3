import { toHex, utf8Decode, utf8Encode } from "../core/bytes.ts";
import { SeatStatus, TaskStatus, type Seat, type Task } from "../proto/gen/assay/tasks/v1/tasks.ts";
import type { MsgRequestTaskResponse } from "../proto/gen/assay/tasks/v1/tx.ts";
import { Role } from "../proto/gen/assay/registry/v1/registry.ts";
import type { AssayClient } from "./assay.ts";
import { userError } from "./errors/index.ts";
import { tasksMessages } from "./modules/tasks/messages.ts";
import { QueryError, RpcUnavailable } from "./rpc/errors.ts";
import { RpcError } from "./rpc/rpc.ts";

/** Bytes as they are, or anything that JSON can write. */
export type TaskInput =
  | Uint8Array
  | string
  | number
  | boolean
  | null
  | readonly unknown[]
  | { readonly [key: string]: unknown };

export type TaskRunOptions = {
  /** Number of nodes that check the result (default 2). */
  readonly validators?: number;
  /** The most to pay, base units (default: what the chain quotes). */
  readonly maxFee?: bigint;
  readonly tags?: readonly string[];
  /** Gives up waiting; the task goes on. */
  readonly signal?: AbortSignal;
  /** How long to wait for the end, ms (default 10 minutes). */
  readonly timeoutMs?: number;
};

export type TaskProof = {
  readonly executor: string;
  /** Validators that agree with the result. */
  readonly validators: readonly string[];
  readonly height: bigint;
  readonly seed: string;
};

export type TaskResult = {
  readonly taskId: bigint;
  /** Parsed JSON where the output is JSON, else its text, else its bytes. */
  readonly result: unknown;
  readonly output: Uint8Array;
  readonly proof: TaskProof;
  /** What the requester paid in the end: escrow minus refund, base units. */
  readonly cost: bigint;
  readonly task: Task;
};

export type TaskEvents = {
  requested: {
    readonly taskId: bigint;
    readonly hash: string;
    readonly height: bigint;
    readonly fee: bigint;
    readonly escrow: bigint;
  };
  assigned: Task;
  committed: Task;
  revealed: Task;
  valid: Task;
  final: Task;
};

/** The promise of a result that also tells how the task is doing. */
export type TaskRun = Promise<TaskResult> & {
  on<E extends keyof TaskEvents>(event: E, listener: (value: TaskEvents[E]) => void): void;
};

const pollMs = 250;
type Listener = (value: unknown) => void;

export function runTask(
  client: AssayClient,
  service: string,
  taskKey: string,
  input: TaskInput,
  options: TaskRunOptions,
): TaskRun {
  const listeners = new Map<string, Listener[]>();
  const tell = (event: keyof TaskEvents, value: unknown): void => {
    for (const listener of listeners.get(event) ?? []) listener(value);
  };
  // Started a turn later, so that listeners which are attached at once miss nothing.
  const promise = Promise.resolve().then(() =>
    request(client, service, taskKey, input, options, tell),
  );
  return Object.assign(promise, {
    on(event: string, listener: (value: never) => void): void {
      listeners.set(event, [...(listeners.get(event) ?? []), listener as Listener]);
    },
  }) as TaskRun;
}

async function request(
  client: AssayClient,
  service: string,
  taskKey: string,
  input: TaskInput,
  options: TaskRunOptions,
  tell: (event: keyof TaskEvents, value: unknown) => void,
): Promise<TaskResult> {
  const [name = "", version = ""] = service.split("@");
  const { validators = 2 } = options;
  const bytes = input instanceof Uint8Array ? input : utf8Encode(JSON.stringify(input));
  const requester = client.sender.address;
  const quote = await client.tasks.quote({
    service: name,
    version,
    taskKey,
    inputSize: BigInt(bytes.length),
    validators,
    requester,
  });
  if (quote.executors < 1 || quote.validators < validators) {
    const eligible = `${quote.executors} executors and ${quote.validators} validators`;
    throw userError(
      "E3201",
      { service, needed: `1 executor and ${validators} validators`, eligible },
      { looked: quote.filtered.map(({ reason, count }) => `${count} ${reason}`) },
    );
  }
  const maxFee = options.maxFee ?? BigInt(quote.escrow?.total ?? "0");
  const message = tasksMessages.requestTask({
    requester,
    service: name,
    version,
    taskKey,
    input: { inline: bytes, sha256: new Uint8Array(), size: BigInt(bytes.length) },
    validators,
    maxFee: maxFee.toString(),
    tags: [...(options.tags ?? [])],
  });
  const sent = await client.send([message]);
  const { taskId, escrow } = sent.responses[0] as MsgRequestTaskResponse;
  tell("requested", {
    taskId,
    hash: sent.hash,
    height: sent.height,
    fee: sent.fee,
    escrow: BigInt(escrow),
  });
  return follow(client, taskId, options, tell);
}

/** Polls a task until it ends; throws a UserError that names who failed when it ends without a result. */
export async function follow(
  client: AssayClient,
  taskId: bigint,
  options: Pick<TaskRunOptions, "signal" | "timeoutMs"> = {},
  tell: (event: keyof TaskEvents, value: unknown) => void = () => undefined,
): Promise<TaskResult> {
  const deadline = Date.now() + (options.timeoutMs ?? 600_000);
  const told = new Set<string>();
  const once = (event: keyof TaskEvents, task: Task): void => {
    if (!told.has(event)) tell(event, task);
    told.add(event);
  };
  for (;;) {
    options.signal?.throwIfAborted();
    const task = await readTask(client, taskId);
    if (task !== undefined) {
      announce(task, once);
      if (isFinished(task)) return finish(task, once);
    }
    if (Date.now() > deadline) throw userError("E3203", { task: taskId, detail: stillOpen(task) });
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function readTask(client: AssayClient, taskId: bigint): Promise<Task | undefined> {
  try {
    return (await client.tasks.task({ taskId })).task;
  } catch (error) {
    // A restarting node is no answer; one that lags behind does not know the task yet.
    if (error instanceof RpcUnavailable || error instanceof RpcError) return undefined;
    if (error instanceof QueryError && error.notFound) return undefined;
    throw error;
  }
}

function announce(task: Task, once: (event: keyof TaskEvents, task: Task) => void): void {
  if (task.drawnHeight > 0n) once("assigned", task);
  const seats = task.seats.filter((seat) => seat.commitment.length > 0);
  if (
    seats.length > 0 &&
    (task.status >= TaskStatus.TASK_STATUS_REVEAL || seats.length > task.validators)
  )
    once("committed", task);
  if (isFinished(task) && task.seats.some((seat) => seat.revealedHeight > 0n))
    once("revealed", task);
}

export function isFinished(task: Task): boolean {
  return task.status >= TaskStatus.TASK_STATUS_VALID;
}

/** Validators whose revealed value is the task's result. */
export function agreeing(task: Task): Seat[] {
  return task.seats.filter(
    (seat) =>
      seat.role === Role.ROLE_VALIDATOR &&
      seat.status === SeatStatus.SEAT_STATUS_REVEALED &&
      !seat.unavailable &&
      toHex(seat.resultHash) === toHex(task.resultHash),
  );
}

/** The executor of the running attempt. */
export function executorOf(task: Task): Seat | undefined {
  const executors = task.seats.filter(
    (seat) =>
      seat.role === Role.ROLE_EXECUTOR &&
      seat.status !== SeatStatus.SEAT_STATUS_RESERVE &&
      seat.status !== SeatStatus.SEAT_STATUS_REPLACED,
  );
  return executors.at(-1);
}

function finish(task: Task, once: (event: keyof TaskEvents, task: Task) => void): TaskResult {
  if (task.status !== TaskStatus.TASK_STATUS_VALID) {
    const code = task.status === TaskStatus.TASK_STATUS_NO_MAJORITY ? "E3202" : "E3203";
    throw userError(code, { task: task.id, detail: whyEnded(task) });
  }
  once("valid", task);
  if (task.settled) once("final", task);
  const output = task.result?.inline ?? new Uint8Array();
  return {
    taskId: task.id,
    result: readable(output),
    output,
    proof: {
      executor: executorOf(task)?.node ?? "",
      validators: agreeing(task).map((seat) => seat.node),
      height: task.finishedHeight,
      seed: toHex(task.seed),
    },
    cost: BigInt(task.escrow?.total ?? "0") - BigInt(task.settlement?.refunded ?? "0"),
    task,
  };
}

function readable(output: Uint8Array): unknown {
  try {
    const text = utf8Decode(output);
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  } catch {
    return output;
  }
}

function silent(task: Task): string {
  const seats = task.seats.filter(
    (seat) =>
      seat.status === SeatStatus.SEAT_STATUS_OPEN ||
      seat.status === SeatStatus.SEAT_STATUS_REPLACED,
  );
  return seats.map((seat) => seat.node).join(", ");
}

function whyEnded(task: Task): string {
  switch (task.status) {
    case TaskStatus.TASK_STATUS_NO_MAJORITY:
      return "no value had its majority";
    case TaskStatus.TASK_STATUS_UNAVAILABLE:
      return "more than half of the nodes could not read the input";
    case TaskStatus.TASK_STATUS_CANCELLED:
      return "cancelled: too few eligible nodes at the draw, or by its requester";
    default:
      return `nobody executed in time; silent: ${silent(task)}`;
  }
}

function stillOpen(task: Task | undefined): string {
  if (task === undefined) return "still open: no node could be read";
  return `still open at height ${task.windowEnd}; not posted yet: ${silent(task)}`;
}
