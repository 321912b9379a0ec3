import { createProtobufRpcClient } from "@cosmjs/stargate";
import {
  QueryAssignmentsRequest,
  QueryAssignmentsResponse,
  QueryParamsRequest,
  QueryParamsResponse,
  QueryQuoteRequest,
  QueryQuoteResponse,
  QuerySelectionRequest,
  QuerySelectionResponse,
  QueryTaskRequest,
  QueryTaskResponse,
  QueryTasksRequest,
  QueryTasksResponse,
} from "../../../proto/gen/assay/tasks/v1/query.ts";
import { unary, type ProtobufRpc } from "../../rpc/query.ts";

const service = "assay.tasks.v1.Query";

/** Reads of module tasks, by the names of its Query service. */
export type TasksExtension = { readonly tasks: ReturnType<typeof tasksQueries> };

export function tasksQueries(rpc: ProtobufRpc) {
  return {
    /** Parameters. */
    params: unary(rpc, service, "Params", QueryParamsRequest, QueryParamsResponse),
    /** One task. */
    task: unary(rpc, service, "Task", QueryTaskRequest, QueryTaskResponse),
    /** Tasks, newest first with pagination.reverse. */
    tasks: unary(rpc, service, "Tasks", QueryTasksRequest, QueryTasksResponse),
    /** Open seats that an operator serves: what an executor reads. */
    assignments: unary(
      rpc,
      service,
      "Assignments",
      QueryAssignmentsRequest,
      QueryAssignmentsResponse,
    ),
    /** How the nodes of a task were selected; readable until the tally. */
    selection: unary(rpc, service, "Selection", QuerySelectionRequest, QuerySelectionResponse),
    /** What a request would cost, and how many nodes could be drawn now. */
    quote: unary(rpc, service, "Quote", QueryQuoteRequest, QueryQuoteResponse),
  };
}

/** For CosmJS: QueryClient.withExtensions(comet, setupTasksExtension). */
export function setupTasksExtension(
  base: Parameters<typeof createProtobufRpcClient>[0],
): TasksExtension {
  return { tasks: tasksQueries(createProtobufRpcClient(base)) };
}
