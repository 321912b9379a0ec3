import type { Seat, Task } from "../../../modules/tasks/index.ts";
import type { World } from "../world.ts";

/** What a seat does with one task. */
export const strategies = [
  "honest",
  "wrong",
  "colluding",
  "silent",
  "late commit",
  "no reveal",
  "late reveal",
  "copying",
  "oversize",
  "wrong opening",
  "unavailable",
  "denying bytes",
  "double post",
  "leaking",
  "off chain",
  "slow",
] as const;

export type Strategy = (typeof strategies)[number];

/** How honest a task's seats are, all in all; every seat's way follows from the seed and its name. */
export function strategyOf(world: World, task: Task, seat: Seat): Strategy {
  if (!world.net.hostile) return "honest";
  const mood = world.fate("mood", task.id) % 100;
  const roll = world.fate("seat", task.id, seat.node) % 1000;
  if (mood < 40) return roll < 60 ? "slow" : "honest";
  if (mood < 50) return roll < 800 ? "colluding" : "honest";
  if (mood < 56) return roll < 900 ? "unavailable" : "honest";
  if (mood < 61) return "silent";
  if (mood < 66) return seat.index === 0 || roll < 150 ? "silent" : "honest";
  if (mood < 70) return seat.index === 0 ? "honest" : "denying bytes";
  if (mood < 85) return roll < 600 ? "honest" : wayOf(roll);
  return wayOf(roll);
}

function wayOf(roll: number): Strategy {
  return strategies[roll % strategies.length] ?? "honest";
}

/** EXACT: an output; FIELDS: "projection|output", where honest outputs differ beside the fields. */
export function answerOf(world: World, task: Task, seat: Seat, strategy: Strategy): string {
  if (strategy === "unavailable") return "unavailable";
  const fields = task.taskKey === "fields";
  const value =
    strategy === "wrong"
      ? `lie ${task.id} ${seat.index}`
      : strategy === "colluding"
        ? `lie ${task.id}`
        : `truth ${task.id}`;
  if (strategy === "oversize") return fields ? `${value}|${"x".repeat(3_000)}` : "x".repeat(3_000);
  if (!fields) return value;
  return `${value}|${value} of ${world.fate("output", seat.node) % 3}`;
}
