import { proto } from "../../core/codec.ts";
import { page } from "../../core/collections/page.ts";
import type { ReadCtx } from "../../core/context.ts";
import { notFound } from "../../core/errors.ts";
import { defineQuery } from "../../core/module.ts";
import * as wire from "../../proto/gen/assay/tasks/v1/query.ts";
import * as staking from "../staking/index.ts";
import { countNodes } from "./nodes.ts";
import { requireOffer } from "./offer.ts";
import { params } from "./params.ts";
import { selectionOf } from "./selectionRecords.ts";
import { byRequester, byService, digests, openSeats, tasks } from "./state.ts";
import { findTask, wholeTask } from "./tasks.ts";
import * as types from "./types.ts";
import { taskId, TaskStatus, type Task, type TaskId } from "./types.ts";

const path = (method: string): string => `/assay.tasks.v1.Query/${method}`;
const maxAssignments = 200;
const maxBonds = 1_000;

const queryParams = defineQuery({
  path: path("Params"),
  request: proto(wire.QueryParamsRequest),
  response: types.QueryParamsResponse,
  handle: (ctx) => ({ params: params(ctx) }),
});

const queryTask = defineQuery({
  path: path("Task"),
  request: types.QueryTaskRequest,
  response: types.QueryTaskResponse,
  handle(ctx, { taskId: id }) {
    const task = findTask(ctx, id);
    if (task !== undefined) return { task: wholeTask(ctx, task), digest: undefined };
    const digest = digests.get(ctx, id);
    if (digest === undefined) throw notFound(`task ${id} not found`);
    return { task: undefined, digest };
  },
});

type TasksQuery = types.Decoded<typeof types.QueryTasksRequest>;

const queryTasks = defineQuery({
  path: path("Tasks"),
  request: types.QueryTasksRequest,
  response: types.QueryTasksResponse,
  handle(ctx, query) {
    const show = (id: TaskId): Task | undefined => {
      const task = findTask(ctx, id);
      return task === undefined || !matches(task, query) ? undefined : wholeTask(ctx, task);
    };
    const { items, pagination } = pageOf(ctx, query, (id) => {
      const task = findTask(ctx, id);
      return task !== undefined && matches(task, query);
    });
    return { tasks: items.map(show).filter((task) => task !== undefined), pagination };
  },
});

function matches(task: Task, query: TasksQuery): boolean {
  if (query.requester !== "" && task.requester !== query.requester) return false;
  if (query.service !== "" && task.service !== query.service) return false;
  return query.status === TaskStatus.TASK_STATUS_UNSPECIFIED || task.status === query.status;
}

/** Ids from the narrowest list that the filters name. */
function pageOf(
  ctx: ReadCtx,
  query: TasksQuery,
  keeps: (id: TaskId) => boolean,
): { items: TaskId[]; pagination: ReturnType<typeof page>["pagination"] } {
  const { requester, service, pagination } = query;
  if (requester !== "") {
    return page(ctx, byRequester, pagination, {
      under: requester,
      keep: (_, [, id]) => keeps(id),
      view: (_, [, id]) => id,
    });
  }
  if (service !== "") {
    return page(ctx, byService, pagination, {
      under: service,
      keep: (_, [, id]) => keeps(id),
      view: (_, [, id]) => id,
    });
  }
  return page(ctx, tasks, pagination, { keep: (_, id) => keeps(id), view: (_, id) => id });
}

const queryAssignments = defineQuery({
  path: path("Assignments"),
  request: types.QueryAssignmentsRequest,
  response: types.QueryAssignmentsResponse,
  handle(ctx, { operator, afterTaskId }) {
    const found: [TaskId, number][] = [];
    for (const { node, service } of staking.bondsOfOperator(ctx, operator, maxBonds)) {
      let taken = 0;
      const walk = { under: node, after: [node, taskId(afterTaskId)] as const };
      for (const [[, id], seat] of openSeats.entries(ctx, walk)) {
        const task = findTask(ctx, id);
        // A node may serve several services under different operators; a parked task waits for nobody.
        if (task?.service !== service || task.parked) continue;
        found.push([id, seat]);
        taken += 1;
        if (taken >= maxAssignments) break;
      }
    }
    found.sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j));
    const assignments = [];
    for (const [id, seat] of found.slice(0, maxAssignments)) {
      const task = findTask(ctx, id);
      if (task !== undefined) assignments.push({ task: wholeTask(ctx, task), seat });
    }
    return { assignments, height: ctx.block.height };
  },
});

const querySelection = defineQuery({
  path: path("Selection"),
  request: types.QuerySelectionRequest,
  response: proto(wire.QuerySelectionResponse),
  handle(ctx, { taskId: id }) {
    const selection = selectionOf(ctx, id);
    if (selection === undefined) throw notFound(`selection of task ${id} not found`);
    return { selection };
  },
});

const queryQuote = defineQuery({
  path: path("Quote"),
  request: types.QueryQuoteRequest,
  response: types.QueryQuoteResponse,
  handle(ctx, query) {
    const offer = requireOffer(ctx, query, params(ctx));
    const { version } = offer.release;
    const nodes = countNodes(ctx, { ...query, version });
    return {
      version,
      escrow: offer.escrow,
      executors: nodes.executors,
      validators: nodes.validators,
      filtered: nodes.filtered,
      definition: offer.definition,
    };
  },
});

export const queries = [
  queryParams,
  queryTask,
  queryTasks,
  queryAssignments,
  querySelection,
  queryQuote,
];
