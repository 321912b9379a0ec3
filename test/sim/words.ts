import { SeatOutcome, SeatStatus, TaskStatus } from "../../modules/tasks/index.ts";

function namesIn(values: object, prefix: string): ReadonlyMap<number, string> {
  return new Map(
    Object.entries(values).map(([name, number]) => [
      number as number,
      name.replace(prefix, "").toLowerCase().replaceAll("_", " "),
    ]),
  );
}

const statuses = namesIn(TaskStatus, "TASK_STATUS_");
const seats = namesIn(SeatStatus, "SEAT_STATUS_");
const outcomes = namesIn(SeatOutcome, "SEAT_OUTCOME_");

export const statusName = (status: number): string => statuses.get(status) ?? "none";
export const seatName = (status: number): string => seats.get(status) ?? "none";
export const outcomeName = (outcome: number): string => outcomes.get(outcome) ?? "none";
